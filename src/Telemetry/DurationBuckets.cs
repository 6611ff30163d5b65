using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Orchestrator.Telemetry;

/// <summary>Limits of the histograms' buckets: gates take seconds, agents minutes, runs a night; OpenTelemetry's own end at ten
/// seconds.</summary>
public static class DurationBuckets
{
    private static readonly double[] Seconds =
    [
        0.1,
        0.5,
        1,
        5,
        15,
        30,
        60,
        120,
        300,
        600,
        1_200,
        1_800,
        3_600,
        7_200,
        14_400,
        28_800,
        57_600,
    ];

    /// <summary>The configuration of an instrument; null: as it is.</summary>
    public static MetricStreamConfiguration? For(Instrument instrument) =>
        instrument.Unit == "s" ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds } : null;
}
