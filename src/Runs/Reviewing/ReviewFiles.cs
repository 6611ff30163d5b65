namespace Orchestrator.Runs.Reviewing;

/// <summary>Files of a review round in the run's folder: <c>review/round-N-COMMIT/</c> with the questions and the answers. A round that is
/// begun again at the same commit finds them.</summary>
internal sealed class ReviewFiles(RunFolder folder, ReviewRound round)
{
    private string Name => $"round-{round.Number}-{round.Tip[..Math.Min(12, round.Tip.Length)]}";

    /// <summary>Conversations with models that have no agent program.</summary>
    public string Conversations => folder.Review("conversations");

    /// <summary>The questions; null: not prepared.</summary>
    public ReviewQuestions? Questions =>
        File.Exists(In("questions.json"))
            ? JsonSerializer.Deserialize<ReviewQuestions>(File.ReadAllBytes(In("questions.json")), MessageJson.Options)
            : null;

    /// <summary>Stores the questions; their list last, because it marks that all are there.</summary>
    public void Begin(ReviewQuestions questions, IReadOnlyList<string> prompts)
    {
        for (var i = 0; i < prompts.Count; i++)
        {
            DurableFile.Write(In($"question-{i + 1}.md"), Encoding.UTF8.GetBytes(prompts[i]));
        }
        DurableFile.Write(In("questions.json"), JsonSerializer.SerializeToUtf8Bytes(questions, MessageJson.Options));
    }

    public string Prompt(int part)
    {
        try
        {
            return File.ReadAllText(In($"question-{part}.md"));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StepException(
                $"A file of the review is gone: {folder.Relative(In($"question-{part}.md"))}. Restore the folder, or skip the review.",
                missing,
                "ReviewGone"
            );
        }
    }

    /// <summary>The raw answer of an agent run.</summary>
    public string Draft(int start) => In($"said-{start}.txt");

    /// <summary>The faults of an answer.</summary>
    public string Problems(int start) => In($"problems-{start}.md");

    /// <summary>The valid answer of a part.</summary>
    public string Answer(int part) => In($"answer-{part}.json");

    /// <summary>Number of the first finding.</summary>
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
/// <param name="Count">How many.</param>
/// <param name="Asides">Places where the change instructs its reviewer.</param>
internal sealed record ReviewQuestions(int Count, IReadOnlyList<ReviewAside> Asides);

/// <summary>A line of the change that instructs a reviewer.</summary>
internal sealed record ReviewAside(string File, int Line);
