using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>An activity that completes from outside its worker.</summary>
/// <param name="Client">Client it is acted on with.</param>
/// <param name="Activity">Which activity.</param>
public record AsyncActivityHandle(ITemporalClient Client, AsyncActivityHandle.Reference Activity)
    : IWithSerializationContext<AsyncActivityHandle>
{
    /// <summary>Converter in place of the client's; null: the client's.</summary>
    public DataConverter? DataConverterOverride { get; init; }

    /// <summary>Says that the activity is alive.</summary>
    /// <exception cref="AsyncActivityCanceledException">Its cancellation was requested, or it was paused or reset.</exception>
    public virtual Task HeartbeatAsync(AsyncActivityHeartbeatOptions? options = null) =>
        Client.OutboundInterceptor.HeartbeatAsyncActivityAsync(new(Activity, options, DataConverterOverride));

    /// <summary>Completes the activity.</summary>
    public virtual Task CompleteAsync(object? result = null, AsyncActivityCompleteOptions? options = null) =>
        Client.OutboundInterceptor.CompleteAsyncActivityAsync(new(Activity, result, options, DataConverterOverride));

    /// <summary>Fails the activity.</summary>
    public virtual Task FailAsync(Exception exception, AsyncActivityFailOptions? options = null) =>
        Client.OutboundInterceptor.FailAsyncActivityAsync(new(Activity, exception, options, DataConverterOverride));

    /// <summary>Says that the activity has ended by its cancellation.</summary>
    public virtual Task ReportCancellationAsync(AsyncActivityReportCancellationOptions? options = null) =>
        Client.OutboundInterceptor.ReportCancellationAsyncActivityAsync(new(Activity, options, DataConverterOverride));

    /// <inheritdoc />
    public virtual AsyncActivityHandle WithSerializationContext(ISerializationContext context) =>
        this with
        {
            DataConverterOverride = (DataConverterOverride ?? Client.Options.DataConverter).WithSerializationContext(context),
        };

    /// <summary>How an activity is named.</summary>
    public abstract record Reference
    {
        private protected Reference() { }
    }

    /// <summary>By its ids.</summary>
    /// <param name="WorkflowId">Workflow id.</param>
    /// <param name="RunId">Run; null: the current one.</param>
    /// <param name="ActivityId">Activity id.</param>
    public record IdReference(string WorkflowId, string? RunId, string ActivityId) : Reference;

    /// <summary>By the token of its attempt.</summary>
    /// <param name="TaskToken">Token.</param>
    public record TaskTokenReference(byte[] TaskToken) : Reference;
}
