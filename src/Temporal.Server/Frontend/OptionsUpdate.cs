using Temporal.Server.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Frontend;

/// <summary>Changes the options of a running workflow.</summary>
internal static class OptionsUpdate
{
    public static void Apply(MutableState run, WorkflowExecutionOptions? options, string identity)
    {
        var e = run.NewEvent(EventType.WorkflowExecutionOptionsUpdated);
        var versioning = options?.VersioningOverride;
        e.WorkflowExecutionOptionsUpdatedEventAttributes = new WorkflowExecutionOptionsUpdatedEventAttributes
        {
            VersioningOverride = versioning,
            UnsetVersioningOverride = versioning is null,
            Identity = identity,
        };
        e.WorkerMayIgnore = true;
        run.AddOrBuffer(e);
        run.Record.VersioningOverride = versioning;
    }
}
