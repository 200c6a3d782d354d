package ai.djl.training;

public class GradientCollector {}
