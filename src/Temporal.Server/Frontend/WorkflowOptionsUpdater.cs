using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Frontend;

/// <summary>Changes the options of a running workflow.</summary>
internal static class WorkflowOptionsUpdater
{
    private const string Versioning = "versioning_override";

    /// <summary>Returns the paths of a field mask, spelled as in the protobuf descriptors.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: a path names no field.</exception>
    public static IReadOnlyList<string> Paths(Google.Protobuf.WellKnownTypes.FieldMask? mask)
    {
        var paths = mask?.Paths.Select(Snake).ToList() ?? [];
        return paths.Find(path => !IsKnown(path)) is { } unknown
            ? throw GrpcErrorFactory.InvalidArgument(
                $"error parsing UpdateMask: proto: invalid path \"{unknown}\" for message "
                    + "\"temporal.api.workflow.v1.WorkflowExecutionOptions\""
            )
            : paths;
    }

    /// <summary>Changes the options that the paths name. Writes no event if all of them already have the requested values.</summary>
    /// <returns>The options in effect after the change.</returns>
    public static WorkflowExecutionOptions Apply(
        MutableState run,
        WorkerDeploymentRegistry deployments,
        WorkflowExecutionOptions? asked,
        IReadOnlyList<string> paths,
        string identity
    )
    {
        var versioning = paths.Any(p => p.StartsWith(Versioning, StringComparison.Ordinal))
            ? VersioningOverrideValidator.ForRun(asked?.VersioningOverride, deployments, run)
            : run.Record.VersioningOverride;
        var priority = PriorityInheritance.Merged(run.Priority, asked?.Priority, paths);
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

        // Queues a waiting task again where it belongs now. The entry at the old position is ignored when a worker takes it.
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
