using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestrator.Temporal.Sdk.Tests.Extensions;

/// <summary>Collects the spans about one workflow and its children while it lives.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public Spans(string workflowId)
    {
        _listener = new()
        {
            ShouldListenTo = source =>
                source.Name.StartsWith("Temporalio.Extensions", StringComparison.Ordinal) || source.Name == TracedWorkflow.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.GetTagItem("temporalWorkflowID") is string id && id.StartsWith(workflowId, StringComparison.Ordinal))
                {
                    _ended.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>
    /// The spans as a tree: a line each, indented below its parent. Side by side they are in the order of their names, since which of a run
    /// and its messages comes first is chance; those with one name in the order in which they began.
    /// </summary>
    public string Tree()
    {
        var spans = _ended.OrderBy(span => span.OperationName, StringComparer.Ordinal).ThenBy(span => span.StartTimeUtc).ToList();
        return string.Join(
            '\n',
            spans.Where(span => spans.All(other => other.SpanId != span.ParentSpanId)).SelectMany(root => Lines(root, 0))
        );

        IEnumerable<string> Lines(Activity span, int depth)
        {
            var links = span.Links.Select(link => $" -> {spans.First(other => other.SpanId == link.Context.SpanId).OperationName}");
            var failed = span.Events.Select(e => $" !{e.Tags.First(tag => tag.Key == "exception.message").Value}");
            var error = span.Status == ActivityStatusCode.Error ? " (error)" : string.Empty;
            yield return $"{new string(' ', depth * 2)}{span.OperationName}{string.Concat(links)}{string.Concat(failed)}{error}";
            foreach (var line in spans.Where(other => other.ParentSpanId == span.SpanId).SelectMany(child => Lines(child, depth + 1)))
            {
                yield return line;
            }
        }
    }

    /// <summary>The spans with a name.</summary>
    public IReadOnlyList<Activity> Named(string name) => [.. _ended.Where(span => span.OperationName == name)];

    public void Dispose() => _listener.Dispose();
}
