using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Orchestrator.App.Telemetry;

/// <summary>
/// Bucket boundaries for histograms of durations. Gates take seconds, agents minutes and runs hours, but OpenTelemetry's default boundaries
/// end at ten seconds.
/// </summary>
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

    /// <summary>Returns the configuration of a metric instrument. Returns null to use the default.</summary>
    public static MetricStreamConfiguration? For(Instrument instrument) =>
        instrument.Unit == "s" ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds } : null;
}
