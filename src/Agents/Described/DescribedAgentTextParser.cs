using System.Text;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Unknowns;

namespace Orchestrator.Agents.Described;

/// <summary>
/// Parses the output of a program whose agent description declares plain text. Exit code 0 is taken as a claim that the work is done.
/// </summary>
/// <param name="call">Parameters of the agent run.</param>
/// <param name="time">Clock, for the end of a usage limit.</param>
internal sealed class DescribedAgentTextParser(DescribedAgentParserOptions call, TimeProvider time) : IAgentOutputParser
{
    private readonly CommandAgentOutputParser _text = new(call.Name, call.WantsAnswer);
    private readonly AgentFailureMessageClassifier _failures = new(call.Description);
    private string _known = "";

    public bool HasResult => false;

    public IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line)
    {
        var events = _text.Read(Encoding.UTF8.GetBytes(LenientJson.Line(line)));
        _known = events is [AgentTextEvent said] && _failures.Find(said.Text) is not null ? said.Text : _known;
        return events;
    }

    public AgentOutcome Complete(int? exitCode, string errorText)
    {
        var outcome = _text.Complete(exitCode, errorText) with { IsUsageComplete = false };
        if (outcome.ClaimsDone)
        {
            return outcome;
        }
        var refused = outcome.FinalText.Length > 0 ? [] : UnrecognizedArguments.Find(call.Arguments, errorText);
        if (refused.Count > 0)
        {
            return outcome with
            {
                Failure = AgentFailure.Account,
                Detail =
                    $"The program of agent '{call.Name}' does not recognize {string.Join(", ", refused)}. {call.Versions} {outcome.Detail}",
            };
        }
        var said = $"{errorText}\n{_known}";
        var failure = _failures.OfSilentEnd(exitCode, said, hasBegun: outcome.FinalText.Length > 0);
        return outcome with { Failure = failure, ResetsAt = _failures.ResetOf(said, failure, time) };
    }
}
