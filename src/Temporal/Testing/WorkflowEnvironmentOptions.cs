using Temporalio.Client;
using Temporalio.Common;

namespace Temporalio.Testing;

/// <summary>
/// Options of <see cref="WorkflowEnvironment.StartLocalAsync"/>. <see cref="TemporalConnectionOptions.TargetHost"/> is chosen by the
/// environment.
/// </summary>
public class WorkflowEnvironmentStartLocalOptions : TemporalClientConnectOptions
{
    /// <summary>Custom search attributes that the server knows from the start.</summary>
    public IReadOnlyCollection<SearchAttributeKey>? SearchAttributes { get; set; }
}

/// <summary>
/// Options of <see cref="WorkflowEnvironment.StartTimeSkippingAsync"/>. <see cref="TemporalConnectionOptions.TargetHost"/> is chosen by the
/// environment.
/// </summary>
public class WorkflowEnvironmentStartTimeSkippingOptions : TemporalClientConnectOptions { }
