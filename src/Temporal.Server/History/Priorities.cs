using System.Text;
using Temporalio.Api.Common.V1;

namespace Temporal.Server.History;

/// <summary>
/// Priorities of activities and children: what they do not say themselves is said by the run that begins them, field by field.
/// </summary>
internal static class Priorities
{
    private const int LongestFairnessKey = 64;
    private const string PriorityPath = "priority";

    /// <summary>The fault of a priority, in the real server's words; null if there is none.</summary>
    public static string? Fault(Priority? priority) =>
        priority is null ? null
        : priority.PriorityKey < 0 ? "priority key can't be negative"
        : Encoding.UTF8.GetByteCount(priority.FairnessKey) > LongestFairnessKey ? "fairness key length exceeds limit"
        : priority.FairnessWeight < 0 ? "must be greater than zero"
        : null;

    public static Priority? Inherit(Priority? own, Priority? parent)
    {
        if (own is null || parent is null)
        {
            return own ?? parent;
        }

        return new Priority
        {
            PriorityKey = own.PriorityKey != 0 ? own.PriorityKey : parent.PriorityKey,
            FairnessKey = own.FairnessKey.Length > 0 ? own.FairnessKey : parent.FairnessKey,
            FairnessWeight = own.FairnessWeight != 0 ? own.FairnessWeight : parent.FairnessWeight,
        };
    }

    /// <summary>A priority after the fields that the paths of a mask name were taken from another.</summary>
    public static Priority? Merged(Priority? before, Priority? asked, IReadOnlyList<string> paths)
    {
        if (paths.Contains(PriorityPath))
        {
            return asked;
        }

        var parts = paths.Where(path => path.StartsWith(PriorityPath + ".", StringComparison.Ordinal)).ToList();
        if (parts.Count == 0)
        {
            return before;
        }

        var merged = before?.Clone() ?? new Priority();
        var from = asked ?? new Priority();
        foreach (var part in parts)
        {
            switch (part[(PriorityPath.Length + 1)..])
            {
                case "priority_key":
                    merged.PriorityKey = from.PriorityKey;
                    break;
                case "fairness_key":
                    merged.FairnessKey = from.FairnessKey;
                    break;
                default:
                    merged.FairnessWeight = from.FairnessWeight;
                    break;
            }
        }

        return merged;
    }
}
