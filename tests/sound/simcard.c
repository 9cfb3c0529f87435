/* A sound card in user space for tests: an ALSA I/O plugin that plays by the wall clock into a file.
 *
 * Parameters of `type edgedcard`:
 *   folder    where its three files stand:
 *               heard     raw S16_LE frames as they were played, appended
 *               log       one line per event: "<CLOCK_MONOTONIC> <event> accepted=<frames> heard=<frames>";
 *                         both count from the opening of the card.
 *                         events: open prepare first-sound start xrun stall unplugged drained stop close
 *               control   what the operator does to the card, read whenever the library calls the card:
 *                         "unplug"  gone (ENODEV), until the word is taken away
 *                         "stall"   its clock stands still, until the word is taken away
 *                         "xrun"    one underrun, then the card empties the file itself
 *   channels  the only number of channels it takes (0: one or two)
 *   rate      the only rate it takes (0: 8000 to 96000)
 *   quiet     samples up to this magnitude are silence for first-sound
 *
 * first-sound is written when the first frame louder than `quiet` since the last prepare is accepted from the player:
 * every utterance starts with a prepare, so it is the end of the way from a publish to sound.
 *
 * The card has no thread: it moves on when the library calls it. Build:
 *   gcc -shared -fPIC -DPIC -O2 -Wall -Wextra -Werror -o libasound_module_pcm_edgedcard.so simcard.c -lasound
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum order { ORDER_NONE, ORDER_UNPLUG, ORDER_STALL, ORDER_XRUN };

struct card {
    snd_pcm_ioplug_t io;
    char folder[512];
    long channels, rate, quiet;
    FILE *heard_file, *log;
    int timer;
    int16_t *ring;
    uint64_t accepted, played;     /* frames since the last prepare */
    uint64_t heard, taken;         /* frames since the card was opened */
    double started_at;             /* the moment of frame 0 of this run; moved on by stalls */
    double stalled_at;             /* 0: not stalled */
    int running, underrun, sounded;
};

static double monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static FILE *file_of(const struct card *card, const char *name, const char *mode)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", card->folder, name);
    return fopen(path, mode);
}

static void note(struct card *card, const char *event)
{
    if (!card->log)
        return;
    fprintf(card->log, "%.6f %s accepted=%llu heard=%llu\n", monotonic(), event,
            (unsigned long long)card->taken, (unsigned long long)card->heard);
    fflush(card->log);
}

static enum order standing_order(const struct card *card)
{
    char word[8] = "";
    FILE *control = file_of(card, "control", "r");
    if (!control)
        return ORDER_NONE;
    if (!fgets(word, sizeof word, control))
        word[0] = 0;
    fclose(control);
    if (!strncmp(word, "unplug", 6))
        return ORDER_UNPLUG;
    if (!strncmp(word, "stall", 5))
        return ORDER_STALL;
    if (strncmp(word, "xrun", 4))
        return ORDER_NONE;
    control = file_of(card, "control", "w");
    if (control)
        fclose(control);
    return ORDER_XRUN;
}

static void play_up_to(struct card *card, uint64_t frame)
{
    unsigned channels = card->io.channels;
    uint64_t size = card->io.buffer_size;
    while (card->played < frame) {
        uint64_t at = card->played % size, count = frame - card->played;
        if (count > size - at)
            count = size - at;
        if (card->heard_file)
            fwrite(card->ring + at * channels, 2 * channels, count, card->heard_file);
        card->played += count;
        card->heard += count;
    }
    if (card->heard_file)
        fflush(card->heard_file);
}

static int underrun(struct card *card)
{
    card->running = 0;
    card->underrun = 1;
    note(card, "xrun");
    return -EPIPE;
}

/* Bring the card up to the present: 0, or the error that the library is to see. */
static int move_on(struct card *card)
{
    enum order order = standing_order(card);
    double now = monotonic();
    uint64_t due;

    if (order == ORDER_UNPLUG) {
        if (card->running)
            note(card, "unplugged");
        card->running = 0;
        return -ENODEV;
    }
    if (card->underrun)
        return -EPIPE;
    if (!card->running)
        return 0;
    if (order == ORDER_STALL) {
        if (card->stalled_at == 0) {
            card->stalled_at = now;
            note(card, "stall");
        }
        return 0;
    }
    if (card->stalled_at != 0) {
        card->started_at += now - card->stalled_at;
        card->stalled_at = 0;
    }
    if (order == ORDER_XRUN)
        return underrun(card);
    due = (uint64_t)((now - card->started_at) * card->io.rate);
    if (due <= card->accepted) {
        play_up_to(card, due);
        return 0;
    }
    play_up_to(card, card->accepted);
    if (card->io.state != SND_PCM_STATE_DRAINING)
        return underrun(card);
    card->running = 0;
    note(card, "drained");
    return 0;
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    int problem = move_on(card);
    return problem < 0 ? problem : (snd_pcm_sframes_t)card->played;
}

static void listen_for_sound(struct card *card, const int16_t *samples, uint64_t count)
{
    for (uint64_t i = 0; i < count && !card->sounded; i++)
        card->sounded = samples[i] > card->quiet || samples[i] < -card->quiet;
    if (card->sounded)
        note(card, "first-sound");
}

static snd_pcm_sframes_t card_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                       snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
    struct card *card = io->private_data;
    const int16_t *from = (const int16_t *)areas->addr + offset * io->channels;
    uint64_t room;
    int problem = move_on(card);

    if (problem < 0)
        return problem;
    room = io->buffer_size - (card->accepted - card->played);
    if (size > room)
        size = room;
    for (uint64_t i = 0; i < size; i++) {
        uint64_t at = (card->accepted + i) % io->buffer_size;
        memcpy(card->ring + at * io->channels, from + i * io->channels, 2 * io->channels);
    }
    card->accepted += size;
    card->taken += size;
    if (!card->sounded)
        listen_for_sound(card, from, size * io->channels);
    return (snd_pcm_sframes_t)size;
}

static int card_prepare(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    if (standing_order(card) == ORDER_UNPLUG)
        return -ENODEV;
    card->accepted = card->played = 0;
    card->running = card->underrun = card->sounded = 0;
    note(card, "prepare");
    return 0;
}

static int card_start(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    if (standing_order(card) == ORDER_UNPLUG)
        return -ENODEV;
    card->started_at = monotonic();
    card->stalled_at = 0;
    card->running = 1;
    note(card, "start");
    return 0;
}

static int card_stop(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    if (card->running) {
        move_on(card);
        note(card, "stop");
    }
    card->running = 0;
    return 0;
}

static int card_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
    struct card *card = io->private_data;
    /* the poll descriptor ticks once per period; poll_revents says whether that means anything */
    long long ns = 1000000000LL * (long long)io->period_size / io->rate;
    struct itimerspec beat = { { ns / 1000000000, ns % 1000000000 }, { ns / 1000000000, ns % 1000000000 } };
    (void)params;
    free(card->ring);
    card->ring = calloc(io->buffer_size, 2 * io->channels);
    timerfd_settime(card->timer, 0, &beat, NULL);
    return card->ring ? 0 : -ENOMEM;
}

static int card_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned count, unsigned short *revents)
{
    struct card *card = io->private_data;
    uint64_t beats;
    int problem = move_on(card);
    (void)fds;
    (void)count;
    if (read(card->timer, &beats, sizeof beats) < 0)
        beats = 0;
    if (problem == -ENODEV)
        *revents = POLLERR | POLLHUP;
    else if (problem < 0)
        *revents = POLLOUT | POLLERR;
    else
        *revents = io->buffer_size - (card->accepted - card->played) >= io->period_size ? POLLOUT : 0;
    return 0;
}

static int card_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
    struct card *card = io->private_data;
    int problem = move_on(card);
    *delay = (snd_pcm_sframes_t)(card->accepted - card->played);
    return problem;
}

static int card_close(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    note(card, "close");
    if (card->heard_file)
        fclose(card->heard_file);
    if (card->log)
        fclose(card->log);
    close(card->timer);
    free(card->ring);
    free(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = card_start,
    .stop = card_stop,
    .pointer = card_pointer,
    .transfer = card_transfer,
    .close = card_close,
    .hw_params = card_hw_params,
    .prepare = card_prepare,
    .poll_revents = card_revents,
    .delay = card_delay,
};

static int read_parameters(struct card *card, snd_config_t *conf)
{
    snd_config_iterator_t at, next;
    snd_config_for_each(at, next, conf) {
        snd_config_t *entry = snd_config_iterator_entry(at);
        const char *id, *text;
        int bad = 0;
        if (snd_config_get_id(entry, &id) < 0 || !strcmp(id, "type") || !strcmp(id, "comment") || !strcmp(id, "hint"))
            continue;
        if (!strcmp(id, "folder")) {
            bad = snd_config_get_string(entry, &text) < 0;
            if (!bad)
                snprintf(card->folder, sizeof card->folder, "%s", text);
        } else if (!strcmp(id, "channels"))
            bad = snd_config_get_integer(entry, &card->channels) < 0;
        else if (!strcmp(id, "rate"))
            bad = snd_config_get_integer(entry, &card->rate) < 0;
        else if (!strcmp(id, "quiet"))
            bad = snd_config_get_integer(entry, &card->quiet) < 0;
        else
            bad = 1;
        if (bad) {
            SNDERR("edgedcard: bad parameter %s", id);
            return -EINVAL;
        }
    }
    return card->folder[0] ? 0 : -EINVAL;
}

static void offer(struct card *card)
{
    /* ALSA's rate conversion wants a card with mmap */
    static const unsigned access[] = { SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED };
    static const unsigned format[] = { SND_PCM_FORMAT_S16_LE };
    snd_pcm_ioplug_t *io = &card->io;
    snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
    snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
    snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, card->channels ? card->channels : 1,
                                    card->channels ? card->channels : 2);
    snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, card->rate ? card->rate : 8000,
                                    card->rate ? card->rate : 96000);
    snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 1 << 18);
    snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
}

SND_PCM_PLUGIN_DEFINE_FUNC(edgedcard)
{
    struct card *card;
    int problem;
    (void)root;
    if (stream != SND_PCM_STREAM_PLAYBACK)
        return -EINVAL;
    card = calloc(1, sizeof *card);
    if (!card)
        return -ENOMEM;
    problem = read_parameters(card, conf);
    if (!problem && standing_order(card) == ORDER_UNPLUG)
        problem = -ENODEV;
    if (problem) {
        free(card);
        return problem;
    }
    card->heard_file = file_of(card, "heard", "ab");
    card->log = file_of(card, "log", "a");
    card->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    card->io.version = SND_PCM_IOPLUG_VERSION;
    card->io.name = "simulated card of edged's tests";
    card->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    card->io.poll_fd = card->timer;
    card->io.poll_events = POLLIN;
    card->io.callback = &callbacks;
    card->io.private_data = card;
    note(card, "open");
    problem = snd_pcm_ioplug_create(&card->io, name, stream, mode);
    if (problem < 0) {
        card_close(&card->io);
        return problem;
    }
    offer(card);
    *pcmp = card->io.pcm;
    return 0;
}
SND_PCM_PLUGIN_SYMBOL(edgedcard);
