using Orchestrator.Runs.Merging.ReviewMaterial;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>
/// The files of a review round in the run's folder. The folder <c>review/round-N-COMMIT/</c> contains the questions and the answers. If a
/// round is restarted at the same commit, it continues with these files.
/// </summary>
/// <param name="hash">Hash of the stored round from the run's history, or empty for a new round.</param>
internal sealed class ReviewRoundFileStore(RunFolder folder, ReviewRound round, string hash)
{
    private RunDecisionInputFileHashList? _said;

    private string Name => $"round-{round.Number}-{CommitIdFormatter.Shorten(round.Tip)}";

    /// <summary>Absolute path of the folder for conversations with models that have no agent program.</summary>
    public string Conversations => AvailableReviewerFinder.ConversationsOf(folder);

    private RunDecisionInputFileHashList Said =>
        _said ??= hash.Length == 0 ? RunDecisionInputFileHashList.None : RunDecisionInputFileHashList.Read(folder, hash);

    /// <summary>The stored questions. Null if none are stored yet or if the given hash belongs to another round.</summary>
    public ReviewRoundQuestionSetSummary? Questions =>
        Said.TryRead(folder, Named("questions.json")) is { } json
            ? JsonSerializer.Deserialize<ReviewRoundQuestionSetSummary>(json, PayloadJsonOptions.Options)
            : null;

    /// <summary>Stores the questions of the review round and their prompts.</summary>
    /// <returns>The hash of the stored round.</returns>
    public string Begin(ReviewRoundQuestionSetSummary questions, IReadOnlyList<string> prompts)
    {
        var said = RunDecisionInputFileHashList.None.With(
            folder,
            Named("questions.json"),
            JsonSerializer.SerializeToUtf8Bytes(questions, PayloadJsonOptions.Options)
        );
        for (var i = 0; i < prompts.Count; i++)
        {
            said = said.With(folder, Named(Question(i + 1)), Encoding.UTF8.GetBytes(prompts[i]));
        }
        return said.Store(folder);
    }

    /// <summary>Returns the stored prompt about one part of the change.</summary>
    public string Prompt(int part) => Encoding.UTF8.GetString(Said.TryRead(folder, Named(Question(part)))!);

    /// <summary>Stores a valid answer about one part of the change.</summary>
    /// <returns>The hash of the stored round, which includes the answer.</returns>
    public string Accept(int part, string text) => Said.With(folder, Named(Answer(part)), Encoding.UTF8.GetBytes(text)).Store(folder);

    /// <summary>Returns the valid answer about one part of the change, or null if there is none yet.</summary>
    public string? Accepted(int part) => Said.TryRead(folder, Named(Answer(part))) is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>Returns the absolute path of the file with an agent run's unchecked answer.</summary>
    public string Draft(int start) => In($"said-{start}.txt");

    /// <summary>Returns the absolute path of the file that lists the problems in an answer.</summary>
    public string Problems(int start) => In($"problems-{start}.md");

    private static string Answer(int part) => string.Create(CultureInfo.InvariantCulture, $"answer-{part}.json");

    private static string Question(int part) => string.Create(CultureInfo.InvariantCulture, $"question-{part}.md");

    private string Named(string file) => RunPlanAndSettings.Named(folder, In(file));

    /// <summary>Absolute path of the file that stores the number of the round's first finding.</summary>
    public string FirstId => In("first-id");

    /// <summary>Number of the last agent run of a reviewer in this run, or 0 if there was none.</summary>
    public int LastStart =>
        !Directory.Exists(folder.Task(ReviewTaskDefinition.Id))
            ? 0
            : Directory
                .EnumerateDirectories(folder.Task(ReviewTaskDefinition.Id))
                .Select(path =>
                    int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? start : 0
                )
                .DefaultIfEmpty()
                .Max();

    private string In(string file) => folder.Review(Path.Combine(Name, file));
}

/// <summary>The number of questions in a review round, with the lines of the change that try to instruct the reviewer.</summary>
/// <param name="Count">Number of questions.</param>
/// <param name="Instructions">Lines of the change that try to instruct the reviewer.</param>
internal sealed record ReviewRoundQuestionSetSummary(int Count, IReadOnlyList<ReviewerInstruction> Instructions);

/// <summary>A line of the change that tries to instruct a reviewer.</summary>
internal sealed record ReviewerInstruction(string File, int Line);
