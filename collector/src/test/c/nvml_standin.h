/* The structs of NVML that Gradwatch reads, in its own words: names, order and types are those of NVIDIA's published nvml.h. */
#ifndef NVML_STANDIN_H
#define NVML_STANDIN_H

typedef unsigned int u32;
typedef unsigned long long u64;

typedef struct device *nvmlDevice_t;

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7,
    ARGUMENT_VERSION_MISMATCH = 25
};

typedef struct {
    char busIdLegacy[16];
    u32 domain, bus, device, pciDeviceId, pciSubSystemId;
    char busId[32];
} nvmlPciInfo_t;

typedef struct {
    char busId[16];
    u32 domain, bus, device, pciDeviceId, pciSubSystemId;
    u32 reserved0, reserved1, reserved2, reserved3;
} nvmlPciInfo_v2_t;

typedef struct {
    u64 total, free, used;
} nvmlMemory_t;

typedef struct {
    u32 version;
    u64 total, reserved, free, used;
} nvmlMemory_v2_t;

typedef struct {
    u32 gpu, memory;
} nvmlUtilization_t;

typedef struct {
    u32 version, sensorType, temperature;
} nvmlTemperature_v1_t;

typedef struct {
    u32 pid;
    u64 usedGpuMemory;
} nvmlProcessInfo_v1_t;

typedef struct {
    u32 pid;
    u64 usedGpuMemory;
    u32 gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_v2_t;

typedef struct {
    u32 pid;
    u64 usedGpuMemory;
    u32 gpuInstanceId, computeInstanceId;
    u64 usedGpuCcProtectedMemory;
} nvmlProcessDetail_v1_t;

typedef struct {
    u32 pid;
    u64 timeStamp;
    u32 smUtil, memUtil, encUtil, decUtil;
} nvmlProcessUtilizationSample_t;

#endif
