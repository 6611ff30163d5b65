using System.Globalization;
using System.Text;

namespace Orchestrator.Client;

/// <summary>Formats a run's input as workflow details and memo. Temporal's Web UI shows both as soon as the run is started.</summary>
internal static class RunWorkflowDetailsFormatter
{
    /// <summary>Returns the memo of a run, which Temporal's tools show and programs can read.</summary>
    /// <param name="input">Input of the run.</param>
    /// <param name="startedBy">Identity of the client that starts the run, or null if unknown.</param>
    public static IReadOnlyDictionary<string, object> Memo(OrchestrationInput input, string? startedBy)
    {
        var memo = new Dictionary<string, object>(StringComparer.Ordinal) { ["repository"] = input.Repository };
        Add("plan", input.PlanFile ?? input.RequestFile);
        Add("target", input.Target);
        Add("startedBy", startedBy);
        return memo;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                memo[name] = value;
            }
        }
    }

    /// <summary>Returns the details of a run as Markdown.</summary>
    /// <param name="input">Input of the run.</param>
    /// <param name="runId">Id of the run.</param>
    public static string Of(OrchestrationInput input, string runId)
    {
        var text = new StringBuilder();
        Add("Repository", input.Repository);
        Add("Plan", input.PlanFile ?? (input.Plan is null ? null : "included in the run's input"));
        Add("Request", input.Request ?? input.RequestFile);
        Add("Only", input.Only is { } only ? string.Join(", ", only) : null);
        Add("From phase", input.Phase);
        Add("Agent", input.Agent);
        Add("Model", input.Model);
        Add("Concurrent agents", input.Workers?.ToString(CultureInfo.InvariantCulture));
        Add("Lands by", input.Land);
        Add("Lands on", input.Target);
        Add("Cost limit in US dollars", input.MaxCost?.ToString(CultureInfo.InvariantCulture));
        text.Append(CultureInfo.InvariantCulture, $"\n`orchestrate status {runId}`");
        return TemporalUiTextTruncator.Details(text.ToString());

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"- {name}: {TemporalUiTextTruncator.Summary(value)}\n");
            }
        }
    }
}
