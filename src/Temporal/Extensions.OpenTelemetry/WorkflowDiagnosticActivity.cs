using System.Diagnostics;
using Temporalio.Workflows;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>
/// What stands for a span in a workflow. A run may go on in another process, where no span can be taken up again; so the span itself has
/// begun and ended at once (or was not made, on replay), and this is what further ones have as their parent until it is disposed.
/// </summary>
public class WorkflowDiagnosticActivity : IDisposable
{
    private static readonly AsyncLocal<WorkflowDiagnosticActivity?> Local = new();

    internal WorkflowDiagnosticActivity(
        Activity? activity,
        ActivityContext context,
        IReadOnlyCollection<KeyValuePair<string, object?>>? tags
    )
    {
        if (!Workflow.InWorkflow)
        {
            throw new InvalidOperationException("A workflow's diagnostic activity is for code of workflows: this is not in a workflow.");
        }

        (Activity, Context, Tags, Parent) = (activity, context, tags, Local.Value);
        Local.Value = this;
    }

    /// <summary>The innermost that is not disposed; null outside of traced workflow code.</summary>
    public static WorkflowDiagnosticActivity? Current => Local.Value;

    /// <summary>The one that was current when this was made.</summary>
    public WorkflowDiagnosticActivity? Parent { get; private init; }

    /// <summary>Where in a trace it is.</summary>
    public ActivityContext Context { get; private init; }

    /// <summary>The span, which has ended already; null where none was made: on replay, or when nobody listens.</summary>
    public Activity? Activity { get; private init; }

    /// <summary>Tags that those below it take over, also where there is no <see cref="Activity" />.</summary>
    public IReadOnlyCollection<KeyValuePair<string, object?>>? Tags { get; private init; }

    /// <summary>Makes a place in a trace current that came from elsewhere.</summary>
    /// <param name="context">The place.</param>
    /// <param name="tags">Tags for those below it.</param>
    /// <exception cref="InvalidOperationException">Called outside of a workflow.</exception>
    public static WorkflowDiagnosticActivity AttachFromContext(
        ActivityContext context,
        IReadOnlyCollection<KeyValuePair<string, object?>>? tags = null
    ) => new(activity: null, context, tags);

    /// <summary>Makes <see cref="Parent" /> current again.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes <see cref="Parent" /> current again.</summary>
    protected virtual void Dispose(bool disposing) => Local.Value = Parent;
}
