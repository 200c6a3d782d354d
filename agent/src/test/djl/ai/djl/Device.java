package ai.djl;

public final class Device {
    private final String type;
    private final int id;

    public Device(String type, int id) {
        this.type = type;
        this.id = id;
    }

    public String getDeviceType() {
        return type;
    }

    public int getDeviceId() {
        return id;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Device && ((Device) other).type.equals(type) && ((Device) other).id == id;
    }

    @Override
    public int hashCode() {
        return id;
    }
}
