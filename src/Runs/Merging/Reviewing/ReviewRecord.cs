namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>A finding of the reviewer, with its state.</summary>
internal sealed record ReviewFinding
{
    /// <summary>Id of the finding, which is the same in all rounds. The task that fixes the finding has the same id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Path of the file with the defect, relative to the repository.</summary>
    public string File { get; init; } = "";

    /// <summary>Line number of the defect.</summary>
    public int Line { get; init; }

    /// <summary>Severity that the reviewer assigned, either <see cref="Blocking"/> or <see cref="Minor"/>.</summary>
    public string Severity { get; init; } = Minor;

    /// <summary>The defect in one line.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The effect of the defect.</summary>
    public string Consequence { get; init; } = "";

    /// <summary>Steps to reproduce the defect.</summary>
    public string Reproduction { get; init; } = "";

    /// <summary>The change that the reviewer requests.</summary>
    public string Fix { get; init; } = "";

    /// <summary>Paths of the files that a fix must change.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>
    /// True if the finding prevents the landing. This requires blocking severity, an existing location, a consequence and a way to
    /// reproduce the defect.
    /// </summary>
    public bool Blocks { get; init; }

    /// <summary>Reason why the finding does not prevent the landing, or why it has its current state.</summary>
    public string Note { get; init; } = "";

    /// <summary>State of the finding: <see cref="Open"/>, <see cref="Fixed"/> or <see cref="Overruled"/>.</summary>
    public string State { get; init; } = Open;

    public const string Blocking = "blocking";
    public const string Minor = "minor";
    public const string Open = "open";
    public const string Fixed = "fixed";
    public const string Overruled = "overruled";

    /// <summary>True if the finding is open and prevents the landing.</summary>
    [JsonIgnore]
    public bool Stands => Blocks && State == Open;

    /// <summary>Location of the defect in the form <c>FILE:LINE</c>.</summary>
    [JsonIgnore]
    public string Place => $"{File}:{Line}";
}

/// <summary>The result of a review round, as it is stored in the run's folder.</summary>
internal sealed record ReviewRecord
{
    /// <summary>The round, with the commits that were reviewed.</summary>
    public required ReviewRound Round { get; init; }

    /// <summary>Name of the reviewer's agent, with its model.</summary>
    public required string Reviewer { get; init; }

    /// <summary>Number of parts into which the change was divided, each with one question.</summary>
    public required int Parts { get; init; }

    /// <summary>The reviewer's summaries, one for each part.</summary>
    public IReadOnlyList<string> Summaries { get; init; } = [];

    /// <summary>Findings that were open before this round, and the findings of this round.</summary>
    public IReadOnlyList<ReviewFinding> Findings { get; init; } = [];

    /// <summary>Reads the result of a round. Returns null if there is none.</summary>
    public static ReviewRecord? Read(RunPlanAndSettings run, int round) =>
        run.Decisions!.TryRead(run.Folder, NameOf(run.Folder, round)) is { } json
            ? JsonSerializer.Deserialize<ReviewRecord>(json, PayloadJsonOptions.Options)
            : null;

    /// <summary>Stores the result of the review round as JSON and as Markdown.</summary>
    /// <returns>The run with the stored file, and the path of the Markdown file relative to the repository.</returns>
    public (RunPlanAndSettings Run, string Evidence) Store(RunPlanAndSettings run)
    {
        var text = run.Folder.Review($"round-{Round.Number}.md");
        DurableFile.Write(text, Encoding.UTF8.GetBytes(Render()));
        var json = JsonSerializer.SerializeToUtf8Bytes(this, PayloadJsonOptions.Options);
        var decisions = run.Decisions!.With(run.Folder, NameOf(run.Folder, Round.Number), json);
        return (run with { Decisions = decisions }, run.Folder.Relative(text));
    }

    private static string NameOf(RunFolder folder, int round) => RunPlanAndSettings.Named(folder, folder.Review($"round-{round}.json"));

    /// <summary>Renders the result of the review round as Markdown.</summary>
    public string Render()
    {
        var text = new EscapingMarkdownBuilder().Append($"# Round {Round.Number} of the review, by {Reviewer}\n\n");
        text.Append(
            Round.Since.Length > 0
                ? EscapingMarkdownBuilder.Of($"The changes from {Round.Since} to {Round.Tip}")
                : EscapingMarkdownBuilder.Of($"The whole change, {Round.Base} to {Round.Tip}")
        );
        text.Append($"{(Parts == 0 ? ": nothing." : $", in {Plural.Of(Parts, "question")}.")}\n");
        foreach (var summary in Summaries.Where(summary => summary.Length > 0))
        {
            text.Append($"\n> {summary}\n");
        }
        Section("Open findings", Findings.Where(f => f.Stands));
        Section("Repaired or overruled", Findings.Where(f => f.Blocks && !f.Stands));
        Section("Remarks, which do not prevent landing", Findings.Where(f => !f.Blocks));
        return text.ToString();

        void Section(string title, IEnumerable<ReviewFinding> findings)
        {
            var list = findings.ToList();
            if (list.Count == 0)
            {
                return;
            }
            text.Append($"\n## {title}\n");
            foreach (var finding in list)
            {
                var id = finding.Id.Length > 0 ? EscapingMarkdownBuilder.Of($"**{finding.Id}** ") : new EscapingMarkdownBuilder();
                text.Append($"\n- {id}{finding.Place}: {finding.Summary}");
                Detail("consequence", finding.Consequence);
                Detail("reproduction", finding.Reproduction);
                Detail("proposed", finding.Fix);
                Detail(finding.State == ReviewFinding.Open ? "reason why it does not prevent landing" : finding.State, finding.Note);
                text.Append($"\n");
            }
        }

        void Detail(string name, string value)
        {
            if (value.Length > 0)
            {
                text.Append($"\n  - {name}: {value}");
            }
        }
    }
}
