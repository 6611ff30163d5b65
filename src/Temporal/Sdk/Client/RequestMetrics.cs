using Temporalio.Common;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>
/// What calls to the server are measured by, under the names that all SDKs of Temporal use: each attempt counts; calls that wait on the
/// server have names of their own,
/// so that their times do not spoil those of the others.
/// </summary>
internal sealed class RequestMetrics
{
    private readonly MetricCounter<long> _requests;
    private readonly MetricCounter<long> _failures;
    private readonly MetricHistogram<TimeSpan> _latency;

    public RequestMetrics(MetricMeter root, string operation, string ns, bool longPoll)
    {
        var meter = root.WithTags([new("operation", operation), new("namespace", ns)]);
        var prefix = longPoll ? "temporal_long_request" : "temporal_request";
        _requests = meter.CreateCounter<long>(prefix);
        _failures = meter.CreateCounter<long>($"{prefix}_failure");
        _latency = meter.CreateHistogram<TimeSpan>($"{prefix}_latency");
    }

    /// <summary>Counts an attempt.</summary>
    /// <param name="took">How long it took.</param>
    /// <param name="failure">Status, if it failed.</param>
    public void Count(TimeSpan took, RpcException.StatusCode? failure)
    {
        _requests.Add(1);
        _latency.Record(took);
        if (failure is { } code)
        {
            _failures.Add(1, [new("status_code", code.ToString())]);
        }
    }
}
