using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>
/// Priorities of runs, as set by <c>usage.priority</c> or by a plan's key <c>priority</c>. A priority is a whole number from -100 to 100,
/// and runs with larger numbers go first.
/// </summary>
public static class RunPriority
{
    /// <summary>Lowest priority.</summary>
    public const int Lowest = -100;

    /// <summary>Highest priority.</summary>
    public const int Highest = 100;

    private static readonly Dictionary<string, int> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        [BacklogPriority.All[0]] = Highest,
        [BacklogPriority.All[1]] = Highest / 2,
        [BacklogPriority.All[2]] = 0,
        [BacklogPriority.All[3]] = Lowest / 2,
    };

    /// <summary>
    /// Parses a priority, which is one of the words in <see cref="BacklogPriority.All"/> or a whole number from -100 to 100. Returns null
    /// for any other text.
    /// </summary>
    public static int? Parse(string text) =>
        Words.TryGetValue(text.Trim(), out var word) ? word
        : int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number)
        && number is >= Lowest and <= Highest
            ? number
        : null;

    /// <summary>Converts a priority to a priority key of Temporal's task queues: 1 for the highest to 5 for the lowest.</summary>
    public static int ToTaskQueueKey(int priority) =>
        priority switch
        {
            > 50 => 1,
            > 0 => 2,
            0 => 3,
            >= Lowest / 2 => 4,
            _ => 5,
        };
}
