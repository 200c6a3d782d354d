package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.GpuPast.Tenancy;
import dev.gradwatch.collector.model.GpuSample;
import java.util.ArrayList;
import java.util.List;

/** Since when which other processes are on a rank's GPU. At most {@link GpuSample#MAX_TENANTS}. */
final class GpuTenancies {
    /** A process that a driver leaves out of a list once is still there. */
    static final long GONE_MICROS = 5_000_000;

    private final List<Tenancy> all = new ArrayList<>(0);

    void add(long micros, List<GpuSample.Tenant> tenants) {
        for (GpuSample.Tenant tenant : tenants) {
            seen(micros, tenant);
        }
        if (!all.isEmpty()) {
            all.removeIf(tenancy -> micros - tenancy.seenMicros() > GONE_MICROS);
        }
    }

    private void seen(long micros, GpuSample.Tenant tenant) {
        Long bytes = tenant.usedBytes();
        double used = bytes == null ? Double.NaN : bytes;
        for (int i = 0; i < all.size(); i++) {
            Tenancy known = all.get(i);
            if (known.pid() == tenant.pid()) {
                double most = Double.isNaN(known.mostBytes()) || used > known.mostBytes() ? used : known.mostBytes();
                all.set(
                        i,
                        new Tenancy(
                                tenant.pid(), tenant.name(), tenant.rank(), known.sinceMicros(), micros, used, most));
                return;
            }
        }
        if (all.size() < GpuSample.MAX_TENANTS) {
            all.add(new Tenancy(tenant.pid(), tenant.name(), tenant.rank(), micros, micros, used, used));
        }
    }

    void addAll(List<Tenancy> tenancies) {
        all.addAll(tenancies.subList(0, Math.min(tenancies.size(), GpuSample.MAX_TENANTS)));
    }

    void clear() {
        all.clear();
    }

    List<Tenancy> all() {
        return all;
    }
}
