/*
 * Stands in for libnvidia-ml in tests: says what a script says, and checks what it is given as the real one does.
 *
 * The script is the file that standin_script() names, else that of the environment's NVML_STANDIN, else the library's own path with ".script" behind it. It is
 * read again whenever it is another file or was written; write it by rename. A line is a fact; DEVICE is an index, or INDEX:INSTANCE for a MIG instance.
 *
 *   driver VERSION                            nvml VERSION
 *   device DEVICE UUID BUS NAME...            what a line "device" lacks is not there; NAME may hold \xNN
 *   instance INDEX:INSTANCE UUID GI CI NAME...
 *   memory DEVICE TOTAL RESERVED USED         util DEVICE GPU MEMORY
 *   process DEVICE PID BYTES|- [compute|graphics]
 *   putil DEVICE PID SM TIMESTAMP
 *   temp DEVICE C      power DEVICE MW        limit DEVICE MW
 *   clock DEVICE SM MEMORY MAXSM MAXMEMORY    throttle DEVICE BITS
 *   ecc DEVICE CORRECTED UNCORRECTED          pages DEVICE PENDING     rows DEVICE PENDING
 *   pcie DEVICE GEN WIDTH MAXGEN MAXWIDTH     traffic DEVICE SEND RECEIVE
 *   nvlink DEVICE COUNT ACTIVE                mig DEVICE MODE
 *   fail FUNCTION DEVICE|* CODE               FUNCTION without its version means all of them, * all that take the device
 *   grow DEVICE COUNT                         the first COUNT lists that are asked for find one more process than was asked for room
 *   stride BYTES                              how long an entry of a list of processes is, in the functions with a version
 *   unterminated                              texts fill their buffer without a NUL
 *
 * A query without its line is NOT_SUPPORTED. LEVEL says which functions there are: 1 those of driver 390, 2 those of 470, 3 all.
 */
#define _GNU_SOURCE
#include "nvml_standin.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifndef LEVEL
#define LEVEL 3
#endif

#define MAX_LINES 2048
#define MAX_WORDS 12
#define MAX_GPUS 64
#define MAX_INSTANCES 8
#define MAX_COUNTS 128

struct device {
    char key[16];
    int gpu, instance;
    unsigned grown;
};

typedef struct {
    char *word[MAX_WORDS];
    int words;
} Line;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct device gpus[MAX_GPUS], instances[MAX_GPUS][MAX_INSTANCES];
static int initialised;
static char script[4096], *text;
static struct stat seen;
static Line line[MAX_LINES];
static int lines;
static struct { char name[64]; unsigned count; } counts[MAX_COUNTS];

/* ---- the script ---- */

static void unescape(char *s) {
    char *to = s;
    unsigned byte;
    while (*s) {
        if (s[0] == '\\' && s[1] == 'x' && sscanf(s + 2, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            s += 4;
        } else {
            *to++ = *s++;
        }
    }
    *to = 0;
}

static void parse(void) {
    char *at = text, *end, *save;
    lines = 0;
    for (; at && *at && lines < MAX_LINES; at = end) {
        end = strchr(at, '\n');
        if (end) *end++ = 0;
        Line *l = &line[lines];
        l->words = 0;
        int most = MAX_WORDS;
        for (char *w = strtok_r(at, " ", &save); w && *w != '#' && l->words < most; w = strtok_r(NULL, l->words == most - 1 ? "" : " ", &save)) {
            l->word[l->words++] = w;
            if (l->words == 1) most = !strcmp(w, "device") ? 5 : !strcmp(w, "instance") ? 6 : MAX_WORDS;
        }
        if (l->words == most) unescape(l->word[most - 1]);
        if (l->words) lines++;
    }
}

static void load(void) {
    struct stat now;
    if (!script[0]) {
        Dl_info self;
        const char *given = getenv("NVML_STANDIN");
        if (given) snprintf(script, sizeof script, "%s", given);
        else if (dladdr((void *)load, &self)) snprintf(script, sizeof script, "%s.script", self.dli_fname);
    }
    if (stat(script, &now)) {
        lines = 0;
        memset(&seen, 0, sizeof seen);
        return;
    }
    if (now.st_ino == seen.st_ino && now.st_size == seen.st_size && now.st_mtim.tv_sec == seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == seen.st_mtim.tv_nsec) return;
    FILE *file = fopen(script, "r");
    if (!file) return;
    free(text);
    text = calloc(1, (size_t)now.st_size + 1);
    size_t got = fread(text, 1, (size_t)now.st_size, file);
    text[got] = 0;
    fclose(file);
    seen = now;
    parse();
}

/* Each line of a kind, for a device where there is one; null after the last. */
static Line *next(const char *kind, const char *device, int *from) {
    for (; *from < lines; ++*from) {
        Line *l = &line[*from];
        if (!strcmp(l->word[0], kind) && (!device || (l->words > 1 && !strcmp(l->word[1], device)))) {
            ++*from;
            return l;
        }
    }
    return NULL;
}

static Line *fact(const char *kind, const char *device) {
    int from = 0;
    return next(kind, device, &from);
}

static u64 number(Line *l, int word) {
    return l->words > word ? strtoull(l->word[word], NULL, 0) : 0;
}

static int named(const char *function, const char *given) {
    size_t length = strlen(given);
    if (!strcmp(function, given)) return 1;
    return !strncmp(function, given, length) && function[length] == '_' && function[length + 1] == 'v';
}

static int failure(const char *function, const char *device) {
    int from = 0;
    for (Line *l; (l = next("fail", NULL, &from));) {
        int all = !strcmp(l->word[1], "*");
        if (l->words > 3 && (all ? device != NULL && strncmp(function, "nvmlDeviceGetHandle", 19) : named(function, l->word[1]))
            && (!strcmp(l->word[2], "*") || (device && !strcmp(l->word[2], device)))) {
            return (int)number(l, 3);
        }
    }
    return SUCCESS;
}

static void count(const char *function) {
    int i = 0;
    while (i < MAX_COUNTS - 1 && counts[i].name[0] && strcmp(counts[i].name, function)) i++;
    snprintf(counts[i].name, sizeof counts[i].name, "%s", function);
    counts[i].count++;
}

/* Begins each call: takes the lock, reads the script, and says what is wrong with the call. */
static int enter(const char *function, const char *device) {
    pthread_mutex_lock(&mutex);
    load();
    count(function);
    return initialised ? failure(function, device) : UNINITIALIZED;
}

static int leave(int code) {
    pthread_mutex_unlock(&mutex);
    return code;
}

static int valid(nvmlDevice_t d) {
    return (d >= gpus && d < gpus + MAX_GPUS) || (d >= &instances[0][0] && d < &instances[0][0] + MAX_GPUS * MAX_INSTANCES);
}

#define BEGIN(device, pointer)                                      \
    int code = enter(__func__, valid(device) ? (device)->key : ""); \
    if (!code && (!valid(device) || !(pointer))) code = INVALID_ARGUMENT; \
    if (code) return leave(code)

#define FACT(kind)                        \
    Line *l = fact(kind, device->key);    \
    if (!l) return leave(NOT_SUPPORTED)

static int say(const char *what, char *to, u32 length) {
    if (fact("unterminated", NULL)) {
        size_t n = strlen(what);
        for (u32 i = 0; i < length; i++) to[i] = n ? what[i % n] : 'x';
        return SUCCESS;
    }
    if (strlen(what) >= length) return INSUFFICIENT_SIZE;
    strcpy(to, what);
    return SUCCESS;
}

/* ---- for the tests ---- */

void standin_script(const char *path) {
    pthread_mutex_lock(&mutex);
    snprintf(script, sizeof script, "%s", path);
    pthread_mutex_unlock(&mutex);
}

/* How often a function was called since the library was loaded. */
u32 standin_count(const char *function) {
    u32 found = 0;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < MAX_COUNTS; i++)
        if (!strcmp(counts[i].name, function)) found = counts[i].count;
    pthread_mutex_unlock(&mutex);
    return found;
}

/* Forgets that it was initialised, as when the driver is loaded again. */
void standin_reload(void) {
    initialised = 0;
}

#define S(type) #type " size ", sizeof(type)
#define F(type, field) #type " " #field " ", offsetof(type, field)

/* The structs' sizes and offsets, a line each: "STRUCT size BYTES" or "STRUCT FIELD OFFSET". */
const char *standin_layouts(void) {
    static char table[4096];
    static const struct { const char *name; size_t value; } entries[] = {
        {S(nvmlPciInfo_t)}, {F(nvmlPciInfo_t, busIdLegacy)}, {F(nvmlPciInfo_t, domain)}, {F(nvmlPciInfo_t, bus)}, {F(nvmlPciInfo_t, device)},
        {F(nvmlPciInfo_t, pciDeviceId)}, {F(nvmlPciInfo_t, pciSubSystemId)}, {F(nvmlPciInfo_t, busId)},
        {S(nvmlPciInfo_v2_t)}, {F(nvmlPciInfo_v2_t, busId)}, {F(nvmlPciInfo_v2_t, domain)}, {F(nvmlPciInfo_v2_t, bus)}, {F(nvmlPciInfo_v2_t, device)},
        {F(nvmlPciInfo_v2_t, pciDeviceId)}, {F(nvmlPciInfo_v2_t, pciSubSystemId)}, {F(nvmlPciInfo_v2_t, reserved0)},
        {F(nvmlPciInfo_v2_t, reserved1)}, {F(nvmlPciInfo_v2_t, reserved2)}, {F(nvmlPciInfo_v2_t, reserved3)},
        {S(nvmlMemory_t)}, {F(nvmlMemory_t, total)}, {F(nvmlMemory_t, free)}, {F(nvmlMemory_t, used)},
        {S(nvmlMemory_v2_t)}, {F(nvmlMemory_v2_t, version)}, {F(nvmlMemory_v2_t, total)}, {F(nvmlMemory_v2_t, reserved)},
        {F(nvmlMemory_v2_t, free)}, {F(nvmlMemory_v2_t, used)},
        {S(nvmlUtilization_t)}, {F(nvmlUtilization_t, gpu)}, {F(nvmlUtilization_t, memory)},
        {S(nvmlTemperature_v1_t)}, {F(nvmlTemperature_v1_t, version)}, {F(nvmlTemperature_v1_t, sensorType)}, {F(nvmlTemperature_v1_t, temperature)},
        {S(nvmlProcessInfo_v1_t)}, {F(nvmlProcessInfo_v1_t, pid)}, {F(nvmlProcessInfo_v1_t, usedGpuMemory)},
        {S(nvmlProcessInfo_v2_t)}, {F(nvmlProcessInfo_v2_t, pid)}, {F(nvmlProcessInfo_v2_t, usedGpuMemory)},
        {F(nvmlProcessInfo_v2_t, gpuInstanceId)}, {F(nvmlProcessInfo_v2_t, computeInstanceId)},
        {S(nvmlProcessDetail_v1_t)}, {F(nvmlProcessDetail_v1_t, pid)}, {F(nvmlProcessDetail_v1_t, usedGpuMemory)},
        {F(nvmlProcessDetail_v1_t, gpuInstanceId)}, {F(nvmlProcessDetail_v1_t, computeInstanceId)}, {F(nvmlProcessDetail_v1_t, usedGpuCcProtectedMemory)},
        {S(nvmlProcessUtilizationSample_t)}, {F(nvmlProcessUtilizationSample_t, pid)}, {F(nvmlProcessUtilizationSample_t, timeStamp)},
        {F(nvmlProcessUtilizationSample_t, smUtil)}, {F(nvmlProcessUtilizationSample_t, memUtil)},
        {F(nvmlProcessUtilizationSample_t, encUtil)}, {F(nvmlProcessUtilizationSample_t, decUtil)},
    };
    char *to = table;
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) to += sprintf(to, "%s%zu\n", entries[i].name, entries[i].value);
    return table;
}

/* ---- NVML ---- */

static int init(const char *function) {
    pthread_mutex_lock(&mutex);
    load();
    count(function);
    int code = failure(function, NULL);
    if (code) return leave(code);
    for (int g = 0; g < MAX_GPUS; g++) {
        gpus[g].gpu = g;
        gpus[g].instance = -1;
        snprintf(gpus[g].key, sizeof gpus[g].key, "%d", g);
        for (int i = 0; i < MAX_INSTANCES; i++) {
            instances[g][i].gpu = g;
            instances[g][i].instance = i;
            snprintf(instances[g][i].key, sizeof instances[g][i].key, "%d:%d", g, i);
        }
    }
    initialised++;
    return leave(SUCCESS);
}

int nvmlInit(void) { return init(__func__); }
int nvmlInit_v2(void) { return init(__func__); }

int nvmlShutdown(void) {
    int code = enter(__func__, NULL);
    if (!code) initialised--;
    return leave(code);
}

const char *nvmlErrorString(int code) {
    return code == 999 ? "Unknown Error" : code == 9 ? "Driver Not Loaded" : "Some Error";
}

static int version(const char *function, const char *kind, char *to, u32 length) {
    int code = enter(function, NULL);
    if (!code && !to) code = INVALID_ARGUMENT;
    Line *l = fact(kind, NULL);
    return leave(code ? code : l && l->words > 1 ? say(l->word[1], to, length) : NOT_SUPPORTED);
}

int nvmlSystemGetDriverVersion(char *to, u32 length) { return version(__func__, "driver", to, length); }
int nvmlSystemGetNVMLVersion(char *to, u32 length) { return version(__func__, "nvml", to, length); }

static int device_count(const char *function, u32 *found) {
    int code = enter(function, NULL), from = 0;
    if (!code && !found) code = INVALID_ARGUMENT;
    if (code) return leave(code);
    for (*found = 0; next("device", NULL, &from);) ++*found;
    return leave(SUCCESS);
}

static int by_index(const char *function, u32 index, nvmlDevice_t *found) {
    char key[16];
    snprintf(key, sizeof key, "%u", index);
    int code = enter(function, key);
    if (!code && (!found || index >= MAX_GPUS || !fact("device", key))) code = INVALID_ARGUMENT;
    if (!code) *found = &gpus[index];
    return leave(code);
}

int nvmlDeviceGetCount(u32 *found) { return device_count(__func__, found); }
int nvmlDeviceGetHandleByIndex(u32 index, nvmlDevice_t *found) { return by_index(__func__, index, found); }
int nvmlDeviceGetCount_v2(u32 *found) { return device_count(__func__, found); }
int nvmlDeviceGetHandleByIndex_v2(u32 index, nvmlDevice_t *found) { return by_index(__func__, index, found); }

static Line *identity(nvmlDevice_t d) { return fact(d->instance < 0 ? "device" : "instance", d->key); }

int nvmlDeviceGetUUID(nvmlDevice_t device, char *to, u32 length) {
    BEGIN(device, to);
    Line *l = identity(device);
    return leave(l && l->words > 2 ? say(l->word[2], to, length) : NOT_FOUND);
}

int nvmlDeviceGetName(nvmlDevice_t device, char *to, u32 length) {
    BEGIN(device, to);
    Line *l = identity(device);
    int word = device->instance < 0 ? 4 : 5;
    return leave(l && l->words > word ? say(l->word[word], to, length) : NOT_SUPPORTED);
}

static int bus(nvmlDevice_t device, char *longer, char *legacy) {
    Line *l = identity(device);
    if (!l || device->instance >= 0 || l->words < 4) return NOT_SUPPORTED;
    if (longer) snprintf(longer, 32, "%s", l->word[3]);
    /* The older form has four digits of the domain. */
    if (legacy) snprintf(legacy, 16, "%.15s", strlen(l->word[3]) > 12 ? l->word[3] + strlen(l->word[3]) - 12 : l->word[3]);
    return SUCCESS;
}

int nvmlDeviceGetPciInfo(nvmlDevice_t device, nvmlPciInfo_v2_t *to) {
    BEGIN(device, to);
    return leave(bus(device, NULL, to->busId));
}

#if LEVEL >= 2
int nvmlDeviceGetPciInfo_v2(nvmlDevice_t device, nvmlPciInfo_v2_t *to) {
    BEGIN(device, to);
    return leave(bus(device, NULL, to->busId));
}

int nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *to) {
    BEGIN(device, to);
    return leave(bus(device, to->busId, to->busIdLegacy));
}
#endif

int nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *to) {
    BEGIN(device, to);
    FACT("memory");
    to->total = number(l, 2);
    to->used = number(l, 3) + number(l, 4);
    to->free = to->total - to->used;
    return leave(SUCCESS);
}

#if LEVEL >= 3
int nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *to) {
    BEGIN(device, to);
    if (to->version != (sizeof *to | 2 << 24)) return leave(ARGUMENT_VERSION_MISMATCH);
    FACT("memory");
    to->total = number(l, 2);
    to->reserved = number(l, 3);
    to->used = number(l, 4);
    to->free = to->total - to->reserved - to->used;
    return leave(SUCCESS);
}

int nvmlDeviceGetTemperatureV(nvmlDevice_t device, nvmlTemperature_v1_t *to) {
    BEGIN(device, to);
    if (to->version != (sizeof *to | 1 << 24)) return leave(ARGUMENT_VERSION_MISMATCH);
    if (to->sensorType != 0) return leave(INVALID_ARGUMENT);
    FACT("temp");
    to->temperature = (u32)number(l, 2);
    return leave(SUCCESS);
}
#endif

int nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *to) {
    BEGIN(device, to);
    FACT("util");
    to->gpu = (u32)number(l, 2);
    to->memory = (u32)number(l, 3);
    return leave(SUCCESS);
}

/* The many that give one number of one line. */
#define NUMBER(function, kind, word)                   \
    int function(nvmlDevice_t device, u32 *to) {       \
        BEGIN(device, to);                             \
        FACT(kind);                                    \
        *to = (u32)number(l, word);                    \
        return leave(SUCCESS);                         \
    }

/* And those that take a choice; the word that is given for each. */
#define CHOICE(function, kind, type, most, word)               \
    int function(nvmlDevice_t device, u32 choice, type *to) {  \
        BEGIN(device, to);                                     \
        if (choice > (most)) return leave(INVALID_ARGUMENT);   \
        FACT(kind);                                            \
        *to = (type)number(l, word);                           \
        return leave(SUCCESS);                                 \
    }

CHOICE(nvmlDeviceGetTemperature, "temp", u32, 0, 2)
NUMBER(nvmlDeviceGetPowerUsage, "power", 2)
NUMBER(nvmlDeviceGetEnforcedPowerLimit, "limit", 2)
CHOICE(nvmlDeviceGetClockInfo, "clock", u32, 3, choice == 2 ? 3 : 2)
CHOICE(nvmlDeviceGetMaxClockInfo, "clock", u32, 3, choice == 2 ? 5 : 4)
NUMBER(nvmlDeviceGetRetiredPagesPendingStatus, "pages", 2)
NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, "pcie", 2)
NUMBER(nvmlDeviceGetCurrPcieLinkWidth, "pcie", 3)
NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, "pcie", 4)
NUMBER(nvmlDeviceGetMaxPcieLinkWidth, "pcie", 5)
CHOICE(nvmlDeviceGetPcieThroughput, "traffic", u32, 1, choice + 2)

int nvmlDeviceGetNvLinkState(nvmlDevice_t device, u32 link, u32 *to) {
    BEGIN(device, to);
    FACT("nvlink");
    if (link >= number(l, 2)) return leave(INVALID_ARGUMENT);
    *to = link < number(l, 3);
    return leave(SUCCESS);
}

int nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, u32 kind, u32 counter, u64 *to) {
    BEGIN(device, to);
    if (kind > 1 || counter > 1) return leave(INVALID_ARGUMENT);
    FACT("ecc");
    *to = counter ? 999999 : number(l, (int)kind + 2);
    return leave(SUCCESS);
}

int nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device, u64 *to) {
    BEGIN(device, to);
    FACT("throttle");
    *to = number(l, 2);
    return leave(SUCCESS);
}

#if LEVEL >= 3
int nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device, u64 *to) {
    BEGIN(device, to);
    FACT("throttle");
    *to = number(l, 2);
    return leave(SUCCESS);
}
#endif

#if LEVEL >= 2
int nvmlDeviceGetRemappedRows(nvmlDevice_t device, u32 *corrected, u32 *uncorrected, u32 *pending, u32 *failed) {
    BEGIN(device, corrected && uncorrected && pending && failed);
    FACT("rows");
    *corrected = 7;
    *uncorrected = 8;
    *pending = (u32)number(l, 2);
    *failed = 9;
    return leave(SUCCESS);
}

int nvmlDeviceGetMigMode(nvmlDevice_t device, u32 *current, u32 *pending) {
    BEGIN(device, current && pending);
    if (device->instance >= 0) return leave(INVALID_ARGUMENT);
    FACT("mig");
    *current = *pending = (u32)number(l, 2);
    return leave(SUCCESS);
}

int nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, u32 *to) {
    BEGIN(device, to);
    *to = fact("mig", device->key) ? 7 : 0;
    return leave(SUCCESS);
}

int nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, u32 index, nvmlDevice_t *to) {
    BEGIN(device, to);
    if (device->instance >= 0 || index >= MAX_INSTANCES) return leave(INVALID_ARGUMENT);
    if (!fact("instance", instances[device->gpu][index].key)) return leave(NOT_FOUND);
    *to = &instances[device->gpu][index];
    return leave(SUCCESS);
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t device, nvmlDevice_t *to) {
    BEGIN(device, to);
    if (device->instance < 0) return leave(INVALID_ARGUMENT);
    *to = &gpus[device->gpu];
    return leave(SUCCESS);
}

static int instance_id(const char *function, nvmlDevice_t device, u32 *to, int word) {
    int code = enter(function, valid(device) ? device->key : "");
    if (code) return leave(code);
    if (!valid(device) || !to || device->instance < 0) return leave(INVALID_ARGUMENT);
    Line *l = identity(device);
    if (!l) return leave(NOT_FOUND);
    *to = (u32)number(l, word);
    return leave(SUCCESS);
}

int nvmlDeviceGetGpuInstanceId(nvmlDevice_t device, u32 *to) { return instance_id(__func__, device, to, 3); }
int nvmlDeviceGetComputeInstanceId(nvmlDevice_t device, u32 *to) { return instance_id(__func__, device, to, 4); }
#endif

/* A whole GPU also lists what runs on its instances. */
static int lists(nvmlDevice_t device, Line *l, int graphics) {
    size_t length = strlen(device->key);
    if (strcmp(l->word[0], "process") || l->words < 4) return 0;
    int ours = !strcmp(l->word[1], device->key) || (device->instance < 0 && !strncmp(l->word[1], device->key, length) && l->word[1][length] == ':');
    return ours && graphics == (l->words > 4 && !strcmp(l->word[4], "graphics"));
}

static int processes(const char *function, nvmlDevice_t device, u32 *room, char *to, size_t stride, int graphics) {
    int code = enter(function, valid(device) ? device->key : "");
    if (!code && (!valid(device) || !room || (*room && !to))) code = INVALID_ARGUMENT;
    if (code) return leave(code);
    Line *other = fact("stride", NULL), *grow = fact("grow", device->key);
    if (other && strstr(function, "_v")) stride = number(other, 1);
    u32 found = 0;
    for (int i = 0; i < lines; i++) found += (u32)lists(device, &line[i], graphics);
    if (grow && device->grown < number(grow, 2)) {
        device->grown++;
        *room += 1;
        return leave(INSUFFICIENT_SIZE);
    }
    int fits = found <= *room;
    *room = found;
    if (!fits) return leave(INSUFFICIENT_SIZE);
    for (int i = 0; i < lines; i++) {
        Line *l = &line[i];
        if (!lists(device, l, graphics)) continue;
        nvmlProcessDetail_v1_t entry = {(u32)number(l, 2), strcmp(l->word[3], "-") ? number(l, 3) : ~0ULL, ~0U, ~0U, 0};
        Line *instance = fact("instance", l->word[1]);
        if (instance) {
            entry.gpuInstanceId = (u32)number(instance, 3);
            entry.computeInstanceId = (u32)number(instance, 4);
        }
        memcpy(to, &entry, stride);
        to += stride;
    }
    return leave(SUCCESS);
}

#define V1 sizeof(nvmlProcessInfo_v1_t)
#define V2 sizeof(nvmlProcessInfo_v2_t)
int nvmlDeviceGetComputeRunningProcesses(nvmlDevice_t d, u32 *room, char *to) { return processes(__func__, d, room, to, V1, 0); }
int nvmlDeviceGetGraphicsRunningProcesses(nvmlDevice_t d, u32 *room, char *to) { return processes(__func__, d, room, to, V1, 1); }
#if LEVEL >= 2
int nvmlDeviceGetComputeRunningProcesses_v2(nvmlDevice_t d, u32 *room, char *to) { return processes(__func__, d, room, to, V2, 0); }
int nvmlDeviceGetGraphicsRunningProcesses_v2(nvmlDevice_t d, u32 *room, char *to) { return processes(__func__, d, room, to, V2, 1); }
#endif
#if LEVEL >= 3
int nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t d, u32 *room, char *to) { return processes(__func__, d, room, to, V2, 0); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(nvmlDevice_t d, u32 *room, char *to) { return processes(__func__, d, room, to, V2, 1); }
#endif

int nvmlDeviceGetProcessUtilization(nvmlDevice_t device, nvmlProcessUtilizationSample_t *to, u32 *room, u64 since) {
    BEGIN(device, room);
    int from = 0;
    u32 found = 0;
    if (!fact("putil", device->key)) return leave(NOT_SUPPORTED);
    for (Line *l; (l = next("putil", device->key, &from));) found += number(l, 4) > since;
    if (!found) return leave(NOT_FOUND);
    int fits = to && found <= *room;
    *room = found;
    if (!fits) return leave(INSUFFICIENT_SIZE);
    from = 0;
    for (Line *l; (l = next("putil", device->key, &from));) {
        if (number(l, 4) > since) {
            nvmlProcessUtilizationSample_t sample = {(u32)number(l, 2), number(l, 4), (u32)number(l, 3), 1, 2, 3};
            *to++ = sample;
        }
    }
    return leave(SUCCESS);
}
