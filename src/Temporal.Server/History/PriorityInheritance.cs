using System.Text;
using Temporalio.Api.Common.V1;

namespace Temporal.Server.History;

/// <summary>
/// Computes the priorities of activities and children. A field that is not set is inherited from the run that schedules the activity or
/// child.
/// </summary>
internal static class PriorityInheritance
{
    private const int LongestFairnessKey = 64;
    private const string PriorityPath = "priority";

    /// <summary>Returns the Temporal server's message for an invalid priority, or null if the priority is valid.</summary>
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

    /// <summary>
    /// Returns the previous priority, in which the fields named by a mask are replaced by those of the requested priority.
    /// </summary>
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
