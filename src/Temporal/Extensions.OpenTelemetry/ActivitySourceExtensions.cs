using System.Diagnostics;
using Temporalio.Workflows;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>Spans in workflow code.</summary>
public static class ActivitySourceExtensions
{
    /// <summary>
    /// Makes a span and its stand-in in a workflow. In workflow code use this alone: it makes the span once and not on replay, and what
    /// comes below it until it is disposed has it as parent.
    /// </summary>
    /// <param name="source">Makes the span.</param>
    /// <param name="name">Name of the span.</param>
    /// <param name="kind">Kind of the span.</param>
    /// <param name="tags">Tags, behind those that are taken over.</param>
    /// <param name="links">Other spans that it has to do with.</param>
    /// <param name="evenOnReplay">Whether the span is made on replay, too. Default: no.</param>
    /// <param name="inheritParentTags">Whether tags of the current one are taken over. Default: yes.</param>
    /// <param name="updateActivity">Called with the span, if one is made, before it ends.</param>
    /// <returns>The stand-in, also where no span was made. Dispose it.</returns>
    /// <exception cref="InvalidOperationException">Called outside of a workflow.</exception>
    public static WorkflowDiagnosticActivity TrackWorkflowDiagnosticActivity(
        this ActivitySource source,
        string name,
        ActivityKind kind = ActivityKind.Internal,
        IEnumerable<KeyValuePair<string, object?>>? tags = null,
        IEnumerable<ActivityLink>? links = null,
        bool evenOnReplay = false,
        bool inheritParentTags = true,
        Action<Activity>? updateActivity = null
    )
    {
        if (!Workflow.InWorkflow)
        {
            throw new InvalidOperationException("A workflow's diagnostic activity is for code of workflows: this is not in a workflow.");
        }

        var parent = WorkflowDiagnosticActivity.Current;
        KeyValuePair<string, object?>[] all = [.. (inheritParentTags ? parent?.Tags : null) ?? [], .. tags ?? []];
        var context = parent?.Context ?? default;
        var span = evenOnReplay || !Workflow.Unsafe.IsReplaying ? source.StartActivity(name, kind, context, all, links) : null;
        if (span is not null)
        {
            updateActivity?.Invoke(span);
            span.Stop();
        }

        return new(span, span?.Context ?? context, all);
    }
}
