using Orchestrator.Runs.Merging.ReviewMaterial;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Files of a review round in the run's folder. <c>review/round-N-COMMIT/</c> has the questions and the answers. A round that is
/// restarted at the same commit continues with them.</summary>
/// <param name="hash">Hash of the round so far in the run's history, or empty for a new round.</param>
internal sealed class ReviewFiles(RunFolder folder, ReviewRound round, string hash)
{
    private DecisionManifest? _said;

    private string Name => $"round-{round.Number}-{CommitIds.Shorten(round.Tip)}";

    /// <summary>Folder of conversations with models that have no agent program.</summary>
    public string Conversations => Reviewers.ConversationsOf(folder);

    private DecisionManifest Said => _said ??= hash.Length == 0 ? DecisionManifest.None : DecisionManifest.Read(folder, hash);

    /// <summary>The questions, or null if they are not prepared or the hash belongs to another round.</summary>
    public ReviewQuestions? Questions =>
        Said.TryRead(folder, Named("questions.json")) is { } json
            ? JsonSerializer.Deserialize<ReviewQuestions>(json, MessageJson.Options)
            : null;

    /// <summary>Stores the questions.</summary>
    /// <returns>The hash of the round.</returns>
    public string Begin(ReviewQuestions questions, IReadOnlyList<string> prompts)
    {
        var said = DecisionManifest.None.With(
            folder,
            Named("questions.json"),
            JsonSerializer.SerializeToUtf8Bytes(questions, MessageJson.Options)
        );
        for (var i = 0; i < prompts.Count; i++)
        {
            said = said.With(folder, Named(Question(i + 1)), Encoding.UTF8.GetBytes(prompts[i]));
        }
        return said.Store(folder);
    }

    public string Prompt(int part) => Encoding.UTF8.GetString(Said.TryRead(folder, Named(Question(part)))!);

    /// <summary>Stores the valid answer of a part.</summary>
    /// <returns>The hash of the round including the answer.</returns>
    public string Accept(int part, string text) => Said.With(folder, Named(Answer(part)), Encoding.UTF8.GetBytes(text)).Store(folder);

    /// <summary>Returns the valid answer of a part, or null if there is none yet.</summary>
    public string? Accepted(int part) => Said.TryRead(folder, Named(Answer(part))) is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>Returns the path of the raw answer of an agent run.</summary>
    public string Draft(int start) => In($"said-{start}.txt");

    /// <summary>Returns the path of the faults of an answer.</summary>
    public string Problems(int start) => In($"problems-{start}.md");

    private static string Answer(int part) => string.Create(CultureInfo.InvariantCulture, $"answer-{part}.json");

    private static string Question(int part) => string.Create(CultureInfo.InvariantCulture, $"question-{part}.md");

    private string Named(string file) => RunFiles.Named(folder, In(file));

    /// <summary>Path of the file with the number of the first finding.</summary>
    public string FirstId => In("first-id");

    /// <summary>Number of the last agent run of a reviewer in this run.</summary>
    public int LastStart =>
        !Directory.Exists(folder.Task(ReviewTask.Id))
            ? 0
            : Directory
                .EnumerateDirectories(folder.Task(ReviewTask.Id))
                .Select(path =>
                    int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? start : 0
                )
                .DefaultIfEmpty()
                .Max();

    private string In(string file) => folder.Review(Path.Combine(Name, file));
}

/// <summary>The questions of a round.</summary>
/// <param name="Count">Number of questions.</param>
/// <param name="Asides">Lines in which the change tries to instruct its reviewer.</param>
internal sealed record ReviewQuestions(int Count, IReadOnlyList<ReviewerInstruction> Asides);

/// <summary>A line of the change that tries to instruct a reviewer.</summary>
internal sealed record ReviewerInstruction(string File, int Line);
