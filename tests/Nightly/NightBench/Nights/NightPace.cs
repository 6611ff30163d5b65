namespace Orchestrator.NightBench.Nights;

/// <summary>Durations of a night, in seconds.</summary>
/// <param name="LeastWork">Shortest work of an agent.</param>
/// <param name="MostWork">Longest work of an agent.</param>
/// <param name="Stall">Silence after which an agent counts as hanging; each tool is configured with this limit.</param>
/// <param name="Limit">Duration of the usage limit.</param>
/// <param name="FullDisk">Duration of the full disk.</param>
public sealed record NightPace(double LeastWork, double MostWork, int Stall, int Limit, int FullDisk)
{
    /// <summary>Pace of published results.</summary>
    public static NightPace Published { get; } = new(LeastWork: 4, MostWork: 12, Stall: 15, Limit: 20, FullDisk: 3);

    /// <summary>Pace of the nights that run with the other tests.</summary>
    public static NightPace Brief { get; } = new(LeastWork: 0.5, MostWork: 1.5, Stall: 8, Limit: 4, FullDisk: 1);
}
