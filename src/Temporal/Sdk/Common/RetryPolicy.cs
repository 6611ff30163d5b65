using Google.Protobuf.WellKnownTypes;

namespace Temporalio.Common;

/// <summary>How an activity or a workflow is tried again after a failure.</summary>
public record RetryPolicy
{
    /// <summary>Wait before the first retry. Default 1 second.</summary>
    public TimeSpan InitialInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Factor by which the wait grows with each retry; at least 1. Default 2.</summary>
    public float BackoffCoefficient { get; set; } = 2.0F;

    /// <summary>Longest wait. Null means 100 times <see cref="InitialInterval" />, which the server applies.</summary>
    public TimeSpan? MaximumInterval { get; set; }

    /// <summary>Attempts in all, the first included; 0 means no limit. Default 0.</summary>
    public int MaximumAttempts { get; set; }

    /// <summary>Error types (see <see cref="Exceptions.ApplicationFailureException.ErrorType" />) that are never retried.</summary>
    public IReadOnlyCollection<string>? NonRetryableErrorTypes { get; set; }

    internal static RetryPolicy? FromProto(Api.Common.V1.RetryPolicy? proto) =>
        proto is null
            ? null
            : new()
            {
                InitialInterval = proto.InitialInterval?.ToTimeSpan() ?? TimeSpan.FromSeconds(1),
                BackoffCoefficient = (float)proto.BackoffCoefficient,
                MaximumInterval = proto.MaximumInterval?.ToTimeSpan(),
                MaximumAttempts = proto.MaximumAttempts,
                NonRetryableErrorTypes = proto.NonRetryableErrorTypes.Count == 0 ? null : [.. proto.NonRetryableErrorTypes],
            };

    internal Api.Common.V1.RetryPolicy ToProto()
    {
        var proto = new Api.Common.V1.RetryPolicy
        {
            InitialInterval = Duration.FromTimeSpan(InitialInterval),
            BackoffCoefficient = BackoffCoefficient,
            MaximumAttempts = MaximumAttempts,
            MaximumInterval = MaximumInterval is { } longest ? Duration.FromTimeSpan(longest) : null,
        };
        if (NonRetryableErrorTypes is { } types)
        {
            proto.NonRetryableErrorTypes.AddRange(types);
        }

        return proto;
    }
}
