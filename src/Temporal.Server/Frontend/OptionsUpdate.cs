using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Frontend;

/// <summary>Changes the options of a running workflow.</summary>
internal static class OptionsUpdate
{
    private const string Versioning = "versioning_override";

    /// <summary>The paths of a mask as the descriptors spell them.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: a path names no field.</exception>
    public static IReadOnlyList<string> Paths(Google.Protobuf.WellKnownTypes.FieldMask? mask)
    {
        var paths = mask?.Paths.Select(Snake).ToList() ?? [];
        return paths.Find(path => !IsKnown(path)) is { } unknown
            ? throw RpcErrors.InvalidArgument(
                $"error parsing UpdateMask: proto: invalid path \"{unknown}\" for message "
                    + "\"temporal.api.workflow.v1.WorkflowExecutionOptions\""
            )
            : paths;
    }

    /// <summary>Changes what the paths name; options that are so already leave no event.</summary>
    /// <returns>The options that hold then.</returns>
    public static WorkflowExecutionOptions Apply(
        MutableState run,
        Deployments deployments,
        WorkflowExecutionOptions? asked,
        IReadOnlyList<string> paths,
        string identity
    )
    {
        var versioning = paths.Any(p => p.StartsWith(Versioning, StringComparison.Ordinal))
            ? Overrides.ForRun(asked?.VersioningOverride, deployments, run)
            : run.Record.VersioningOverride;
        var priority = Priorities.Merged(run.Priority, asked?.Priority, paths);
        var merged = new WorkflowExecutionOptions { VersioningOverride = versioning, Priority = priority };
        if (Equals(versioning, run.Record.VersioningOverride) && Equals(priority, run.Priority))
        {
            return merged;
        }

        var e = run.NewEvent(EventType.WorkflowExecutionOptionsUpdated);
        e.WorkflowExecutionOptionsUpdatedEventAttributes = new WorkflowExecutionOptionsUpdatedEventAttributes
        {
            VersioningOverride = versioning,
            UnsetVersioningOverride = versioning is null,
            Priority = priority,
            Identity = identity,
        };
        e.WorkerMayIgnore = true;
        run.AddOrBuffer(e);
        run.Record.VersioningOverride = versioning;
        run.Changes.Visible = true;

        // A task that waits already goes to the place that it has now; what is left in the old place is passed over.
        run.Changes.DispatchWorkflowTask |= run.Task is { StartedEventId: 0 };
        return merged;
    }

    private static bool IsKnown(string path)
    {
        var message = WorkflowExecutionOptions.Descriptor;
        foreach (var name in path.Split('.'))
        {
            if (message?.FindFieldByName(name) is not { } field)
            {
                return false;
            }

            message = field.FieldType == Google.Protobuf.Reflection.FieldType.Message ? field.MessageType : null;
        }

        return true;
    }

    private static string Snake(string path) =>
        string.Concat(path.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
}
