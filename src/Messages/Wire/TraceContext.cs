using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Messages;

/// <summary>
/// Identifiers of a run's trace (W3C Trace Context). The identifiers are hashes of names, so every process of the run computes the same
/// identifiers, even after a crash. Programs started for the run receive the identifiers of their parent span before that span is written.
/// </summary>
public static class TraceContext
{
    /// <summary>Environment variable with the address of the span collector. If it is not set, no spans are sent.</summary>
    public const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const int TraceLength = 32;
    private const int SpanLength = 16;

    /// <summary>Returns the trace id of a run: 32 hex digits.</summary>
    /// <param name="repository"><see cref="RepositoryReference.Key"/> of the repository.</param>
    /// <param name="runId">Id of the run.</param>
    public static string TraceOf(string repository, string runId) => Hash(TraceLength, repository, runId);

    /// <summary>Returns the id of a span in a run's trace: 16 hex digits.</summary>
    /// <param name="trace">Id of the trace, from <see cref="TraceOf"/>.</param>
    /// <param name="names">Names that identify the span within the trace; empty for the run itself.</param>
    public static string SpanOf(string trace, params ReadOnlySpan<string> names) => Hash(SpanLength, [trace, .. names]);

    /// <summary>Returns the span id of an agent run.</summary>
    /// <param name="trace">Id of the trace, from <see cref="TraceOf"/>.</param>
    /// <param name="task">Id of the task, or the folder name of an agent run without a task.</param>
    /// <param name="start">Number of the agent run.</param>
    public static string AgentSpan(string trace, string task, int start) =>
        SpanOf(trace, "agent", task, start.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>
    /// Returns the value of <c>TRACEPARENT</c> for an agent run: version, trace id, span id and sampled flag. Null if no spans are sent.
    /// </summary>
    /// <param name="environment">Environment variables of the process that starts the agent run.</param>
    /// <param name="repository"><see cref="RepositoryReference.Key"/> of the repository.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="task">Id of the task.</param>
    /// <param name="start">Number of the agent run.</param>
    public static string? ParentFor(
        IReadOnlyDictionary<string, string> environment,
        string repository,
        string runId,
        string task,
        int start
    )
    {
        if (environment.GetValueOrDefault(CollectorVariable, "").Length == 0)
        {
            return null;
        }
        var trace = TraceOf(repository, runId);
        return $"00-{trace}-{AgentSpan(trace, task, start)}-01";
    }

    private static string Hash(int length, params ReadOnlySpan<string> names) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', names!))))[..length];
}
