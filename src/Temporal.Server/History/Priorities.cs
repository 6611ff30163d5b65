using Temporalio.Api.Common.V1;

namespace Temporal.Server.History;

/// <summary>
/// Priorities of activities and children: what they do not say themselves is said by the run that begins them, field by field.
/// </summary>
internal static class Priorities
{
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
}
