using System.Text;

namespace Orchestrator.Agents;

/// <summary>Collects an agent's text for callers that requested an answer instead of work.</summary>
/// <param name="isWanted">False to collect nothing.</param>
internal sealed class AnswerCollector(bool isWanted)
{
    /// <summary>Maximum number of characters. No answer is that long, and a flood of output can't exhaust the memory.</summary>
    internal const int Limit = 4 * 1024 * 1024;

    private readonly StringBuilder _text = new();

    /// <summary>Collected text with each piece on a separate line, or null if there is none or nothing is collected.</summary>
    internal string? Text => _text.Length > 0 ? _text.ToString() : null;

    internal void Add(string piece)
    {
        if (isWanted && _text.Length < Limit)
        {
            _text.Append(piece).Append('\n');
        }
    }
}
