namespace Temporalio.Common;

/// <summary>How tasks of a workflow or activity are ordered in their task queue.</summary>
public sealed record Priority
{
    /// <summary>Makes a priority.</summary>
    /// <param name="priorityKey">1 is the most urgent; null or 0 means inherited or the server's default (3 of 5).</param>
    /// <param name="fairnessKey">Tasks of one key share their turn; at most 64 bytes.</param>
    /// <param name="fairnessWeight">Weight of the key, 0.001 to 1000; null means 1.</param>
    public Priority(int? priorityKey = null, string? fairnessKey = null, float? fairnessWeight = null)
    {
        PriorityKey = priorityKey;
        FairnessKey = fairnessKey;
        FairnessWeight = fairnessWeight;
    }

    /// <summary>A priority without any wish.</summary>
    public static Priority Default { get; } = new();

    /// <summary>1 is the most urgent; null means inherited or the server's default.</summary>
    public int? PriorityKey { get; init; }

    /// <summary>Tasks of one key share their turn.</summary>
    public string? FairnessKey { get; init; }

    /// <summary>Weight of <see cref="FairnessKey" />; null means 1.</summary>
    public float? FairnessWeight { get; init; }

    internal static Priority FromProto(Api.Common.V1.Priority? proto) =>
        proto is null
            ? Default
            : new(
                proto.PriorityKey == 0 ? null : proto.PriorityKey,
                proto.FairnessKey.Length == 0 ? null : proto.FairnessKey,
                proto.FairnessWeight == 0 ? null : proto.FairnessWeight
            );

    internal Api.Common.V1.Priority ToProto() =>
        new()
        {
            PriorityKey = PriorityKey ?? 0,
            FairnessKey = FairnessKey ?? string.Empty,
            FairnessWeight = FairnessWeight ?? 0,
        };
}
