using System.Text;

namespace Orchestrator.Agents.Command;

/// <summary>
/// Parses the output of an agent program that prints plain text. Each line is treated as the agent's text, and exit code 0 as a claim that
/// the work is done.
/// </summary>
/// <param name="name">Name of the agent in settings.</param>
/// <param name="wantsAnswer">True if an answer that matches a schema was requested. The whole output is then used as the answer.</param>
internal sealed class CommandAgentOutputParser(string name, bool wantsAnswer) : IAgentOutputParser
{
    private const int TextLimit = 2000;
    private readonly AnswerCollector _said = new(wantsAnswer);
    private string _lastText = "";

    public bool HasResult => false;

    public IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line).TrimEnd();
        if (text.Length == 0)
        {
            return [];
        }
        _said.Add(text);
        _lastText = text.Length <= TextLimit ? text : text[..TextLimit] + "…";
        return [new AgentTextEvent(text)];
    }

    public AgentOutcome Complete(int? exitCode, string errorText) =>
        exitCode == 0
            ? new AgentOutcome
            {
                Failure = AgentFailure.None,
                ExitCode = 0,
                FinalText = _lastText,
                IsUsageComplete = true,
                Answer = _said.Text,
            }
            : new AgentOutcome
            {
                Failure = AgentFailure.GaveUp,
                ExitCode = exitCode,
                FinalText = _lastText,
                IsUsageComplete = true,
                Detail = $"Agent '{name}' ended with exit code {exitCode?.ToString() ?? "unknown"}. {DescribeLastOutput(errorText)}",
            };

    private string DescribeLastOutput(string errorText) =>
        errorText.Length > 0 ? $"Its stderr ends with: '{errorText[Math.Max(0, errorText.Length - TextLimit)..].TrimEnd()}'."
        : _lastText.Length > 0 ? $"Its last output line is '{_lastText}'."
        : "It printed no output.";
}
