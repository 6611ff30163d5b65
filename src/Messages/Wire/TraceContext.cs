using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Messages;

/// <summary>Identifiers of a run's trace (W3C Trace Context). They are hashes of names: each process that works on the run gives the same
/// ones, also one that goes on after a crash, and programs that are started for it can be told theirs before the span itself is
/// written.</summary>
public static class TraceContext
{
    /// <summary>Variable with the address of the collector that spans are sent to; without it there are none.</summary>
    public const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const int TraceLength = 32;
    private const int SpanLength = 16;

    /// <summary>The trace of a run: 32 hexadecimal digits.</summary>
    /// <param name="repository"><see cref="RepositoryReference.Key"/> of its repository.</param>
    /// <param name="runId">Id of the run.</param>
    public static string TraceOf(string repository, string runId) => Hash(TraceLength, repository, runId);

    /// <summary>A span of a run: 16 hexadecimal digits.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="names">What tells it from the others of the trace; none: the run itself.</param>
    public static string SpanOf(string trace, params ReadOnlySpan<string> names) => Hash(SpanLength, [trace, .. names]);

    /// <summary>The span of an agent run.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="task">Id of the task, or the name of the agent run's folder where it belongs to none.</param>
    /// <param name="start">Number of the agent run.</param>
    public static string AgentSpan(string trace, string task, int start) =>
        SpanOf(trace, "agent", task, start.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The value of <c>TRACEPARENT</c> for an agent run: version, trace, span, and that it is sampled. Null where no spans are
    /// sent.</summary>
    /// <param name="environment">Variables of the process that starts it.</param>
    /// <param name="repository"><see cref="RepositoryReference.Key"/> of its repository.</param>
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
