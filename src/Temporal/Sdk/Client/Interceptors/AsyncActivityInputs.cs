using Temporalio.Converters;

namespace Temporalio.Client.Interceptors;

/// <summary>What <see cref="ClientOutboundInterceptor.HeartbeatAsyncActivityAsync" /> is called with.</summary>
/// <param name="Activity">The activity.</param>
/// <param name="Options">Options.</param>
/// <param name="DataConverterOverride">Converter in place of the client's, if any.</param>
public record HeartbeatAsyncActivityInput(
    AsyncActivityHandle.Reference Activity,
    AsyncActivityHeartbeatOptions? Options,
    DataConverter? DataConverterOverride = null
);

/// <summary>What <see cref="ClientOutboundInterceptor.CompleteAsyncActivityAsync" /> is called with.</summary>
/// <param name="Activity">The activity.</param>
/// <param name="Result">The result.</param>
/// <param name="Options">Options.</param>
/// <param name="DataConverterOverride">Converter in place of the client's, if any.</param>
public record CompleteAsyncActivityInput(
    AsyncActivityHandle.Reference Activity,
    object? Result,
    AsyncActivityCompleteOptions? Options,
    DataConverter? DataConverterOverride = null
);

/// <summary>What <see cref="ClientOutboundInterceptor.FailAsyncActivityAsync" /> is called with.</summary>
/// <param name="Activity">The activity.</param>
/// <param name="Exception">The failure.</param>
/// <param name="Options">Options.</param>
/// <param name="DataConverterOverride">Converter in place of the client's, if any.</param>
public record FailAsyncActivityInput(
    AsyncActivityHandle.Reference Activity,
    Exception Exception,
    AsyncActivityFailOptions? Options,
    DataConverter? DataConverterOverride = null
);

/// <summary>What <see cref="ClientOutboundInterceptor.ReportCancellationAsyncActivityAsync" /> is called with.</summary>
/// <param name="Activity">The activity.</param>
/// <param name="Options">Options.</param>
/// <param name="DataConverterOverride">Converter in place of the client's, if any.</param>
public record ReportCancellationAsyncActivityInput(
    AsyncActivityHandle.Reference Activity,
    AsyncActivityReportCancellationOptions? Options,
    DataConverter? DataConverterOverride = null
);
