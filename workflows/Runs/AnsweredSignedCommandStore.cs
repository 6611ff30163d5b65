using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Remembers the answers to the signed commands that a run has carried out. Each signature takes effect only once. A repeated command gets
/// the earlier answer, whoever sends it.
/// </summary>
internal sealed class AnsweredSignedCommandStore
{
    private readonly Dictionary<string, (DateTimeOffset At, Task<object?> Answer)> _answers = new(StringComparer.Ordinal);

    /// <summary>
    /// True if the same signed command was delivered before, in which case <paramref name="answer"/> receives the earlier answer.
    /// </summary>
    public bool TryFindAnswer(SteeringUpdateArguments? command, [NotNullWhen(true)] out Task<object?>? answer)
    {
        answer =
            command?.Signature is { } signature && _answers.TryGetValue(signature.Value, out var known) && !known.Answer.IsFaulted
                ? known.Answer
                : null;
        return answer is not null;
    }

    /// <summary>Remembers the answer to a command, and forgets answers to commands whose signatures have expired.</summary>
    public void StoreAnswer(SteeringUpdateArguments? command, Task<object?> answer, DateTimeOffset now)
    {
        if (command?.Signature is not { } signature)
        {
            return;
        }
        foreach (var (value, _) in _answers.Where(known => IsOver(known.Value.At, now)).ToList())
        {
            _answers.Remove(value);
        }
        _answers[signature.Value] = (signature.At, answer);
    }

    /// <summary>Returns the answers for the run's next execution, or null if there are none.</summary>
    public IReadOnlyList<AnswerToSignedCommand>? ToCheckpoint(DateTimeOffset now)
    {
        var answers = _answers
            .Where(known => known.Value.Answer.IsCompletedSuccessfully && !IsOver(known.Value.At, now))
            .OrderBy(known => known.Value.At)
            .ThenBy(known => known.Key, StringComparer.Ordinal)
#pragma warning disable RS0030 // The answer is complete.
            .Select(known => new AnswerToSignedCommand(known.Key, known.Value.At, (SteeringUpdateResult)known.Value.Answer.Result!))
#pragma warning restore RS0030
            .ToList();
        return answers.Count == 0 ? null : answers;
    }

    public void Restore(IReadOnlyList<AnswerToSignedCommand>? answers)
    {
        foreach (var known in answers ?? [])
        {
            _answers[known.Signature] = (known.At, Task.FromResult<object?>(known.Answer));
        }
    }

    private static bool IsOver(DateTimeOffset at, DateTimeOffset now) => at < now - SteeringCommandAuthor.SignatureLifetime;
}
