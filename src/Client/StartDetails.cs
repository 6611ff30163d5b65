using System.Globalization;
using System.Text;

namespace Orchestrator.Client;

/// <summary>The input of a run as the details that Temporal's Web UI shows beside it from its first moment on.</summary>
internal static class StartDetails
{
    /// <summary>Facts of a run that Temporal's tools show beside it and give to programs.</summary>
    /// <param name="input">What it is started with.</param>
    /// <param name="startedBy">Who starts it: the client's identity.</param>
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

    /// <summary>The details, as Markdown.</summary>
    /// <param name="input">What it is started with.</param>
    /// <param name="runId">Its id.</param>
    public static string Of(OrchestrationInput input, string runId)
    {
        var text = new StringBuilder();
        Add("Repository", input.Repository);
        Add("Plan", input.PlanFile ?? (input.Plan is null ? null : "sent with the start"));
        Add("Request", input.Request ?? input.RequestFile);
        Add("Only", input.Only is { } only ? string.Join(", ", only) : null);
        Add("From phase", input.Phase);
        Add("Agent", input.Agent);
        Add("Model", input.Model);
        Add("Agents at once", input.Workers?.ToString(CultureInfo.InvariantCulture));
        Add("Lands by", input.Land);
        Add("Lands on", input.Target);
        Add("Costs at most, US dollars", input.MaxCost?.ToString(CultureInfo.InvariantCulture));
        text.Append(CultureInfo.InvariantCulture, $"\n`orchestrate status {runId}`");
        return DisplayText.Details(text.ToString());

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"- {name}: {DisplayText.Summary(value)}\n");
            }
        }
    }
}
