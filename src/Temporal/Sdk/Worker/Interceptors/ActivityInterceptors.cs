using Temporalio.Activities;
using Temporalio.Api.Common.V1;

namespace Temporalio.Worker.Interceptors;

/// <summary>What comes into an activity.</summary>
public abstract class ActivityInboundInterceptor
{
    /// <summary>Wraps another.</summary>
    protected ActivityInboundInterceptor(ActivityInboundInterceptor next) => Next = next;

    private protected ActivityInboundInterceptor() => Next = this;

    /// <summary>The next in the chain; the last is its own next and never calls it.</summary>
    protected ActivityInboundInterceptor Next { get; }

    /// <summary>Called first, with what goes out; pass on a wrapper of it to see that too.</summary>
    public virtual void Init(ActivityOutboundInterceptor outbound) => Next.Init(outbound);

    /// <summary>Runs the activity.</summary>
    public virtual Task<object?> ExecuteActivityAsync(ExecuteActivityInput input) => Next.ExecuteActivityAsync(input);
}

/// <summary>What goes out of an activity.</summary>
public abstract class ActivityOutboundInterceptor
{
    /// <summary>Wraps another.</summary>
    protected ActivityOutboundInterceptor(ActivityOutboundInterceptor next) => Next = next;

    private protected ActivityOutboundInterceptor() => Next = this;

    /// <summary>The next in the chain; the last is its own next and never calls it.</summary>
    protected ActivityOutboundInterceptor Next { get; }

    /// <summary>Called for each heartbeat.</summary>
    public virtual void Heartbeat(HeartbeatInput input) => Next.Heartbeat(input);
}

/// <summary>What an activity is run with.</summary>
/// <param name="Activity">The activity.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers.</param>
public record ExecuteActivityInput(ActivityDefinition Activity, object?[] Args, IReadOnlyDictionary<string, Payload>? Headers);

/// <summary>What a heartbeat carries.</summary>
/// <param name="Details">Details.</param>
public record HeartbeatInput(object?[] Details);
