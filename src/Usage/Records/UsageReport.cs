namespace Orchestrator.Usage;

/// <summary>Key by which a usage report groups agent runs.</summary>
public enum UsageGrouping
{
    /// <summary>One group per account.</summary>
    Account,

    /// <summary>One group per run.</summary>
    Run,

    /// <summary>One group per task of a run.</summary>
    Task,

    /// <summary>One group per model.</summary>
    Model,

    /// <summary>One group per day in the reader's time zone.</summary>
    Day,
}

/// <summary>Sum over a group of usage records.</summary>
/// <param name="Name">Name of the group, such as a run or <c>RUN/TASK</c>.</param>
/// <param name="Repository">Absolute path of the repository if all records belong to one; otherwise empty.</param>
/// <param name="Starts">Number of agent runs.</param>
/// <param name="Tokens">Numbers of tokens.</param>
/// <param name="Micros">Cost in millionths of a US dollar.</param>
/// <param name="IsWhole">False if some agent runs ended without a result, so that their actual usage may be higher.</param>
/// <param name="Last">End time of the last agent run.</param>
public sealed record UsageSum(
    string Name,
    string Repository,
    int Starts,
    TokenCounts Tokens,
    long Micros,
    bool IsWhole,
    DateTimeOffset Last
);

/// <summary>Groups and sums usage records. Has no side effects.</summary>
public static class UsageReport
{
    /// <summary>Computes the sum of each group, the most recent group first.</summary>
    /// <param name="zone">Time zone that defines days.</param>
    public static IReadOnlyList<UsageSum> Of(IEnumerable<UsageRecord> records, UsageGrouping by, TimeZoneInfo zone) =>
        [
            .. records
                .SelectMany(record => PartsOf(record, by, zone))
                .GroupBy(part => (part.Name, by is UsageGrouping.Run or UsageGrouping.Task ? part.Record.Repository : ""))
                .Select(group => Sum(group.Key.Name, [.. group]))
                .OrderByDescending(sum => by == UsageGrouping.Day ? sum.Name : "", StringComparer.Ordinal)
                .ThenByDescending(sum => sum.Last)
                .ThenBy(sum => sum.Name, StringComparer.Ordinal),
        ];

    private static UsageSum Sum(string name, List<(string Name, UsageRecord Record, IReadOnlyList<ModelUsageRecord> Models)> parts)
    {
        var repositories = parts.Select(part => part.Record.Repository).Distinct(StringComparer.Ordinal).ToList();
        return new UsageSum(
            name,
            repositories is [var only] ? only : "",
            parts.Count,
            parts.SelectMany(part => part.Models).Aggregate(default(TokenCounts), (sum, model) => sum.Plus(model.Tokens)),
            parts.SelectMany(part => part.Models).Sum(model => model.Micros),
            parts.TrueForAll(part => part.Record.IsWhole),
            parts.Max(part => part.Record.At)
        );
    }

    private static IEnumerable<(string Name, UsageRecord Record, IReadOnlyList<ModelUsageRecord> Models)> PartsOf(
        UsageRecord record,
        UsageGrouping by,
        TimeZoneInfo zone
    ) =>
        by switch
        {
            UsageGrouping.Model => record.Models.Select(model => (model.Model, record, (IReadOnlyList<ModelUsageRecord>)[model])),
            UsageGrouping.Account => [(record.Account, record, record.Models)],
            UsageGrouping.Run => [(record.Run, record, record.Models)],
            UsageGrouping.Task => [($"{record.Run}/{record.Task}", record, record.Models)],
            _ => [(CalendarDayCalculator.Of(record.At, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), record, record.Models)],
        };
}
