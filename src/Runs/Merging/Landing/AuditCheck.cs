using Orchestrator.Gates.Packages.Audits;
using Orchestrator.Gates.Trees;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Result of a check before a landing.</summary>
/// <param name="Refusal">The rejection of the landing, or null if the check passed.</param>
/// <param name="Note">Note for users, or empty if there is none.</param>
/// <param name="Decisions">Updated list of the files that affect the run's decisions.</param>
public sealed record LandingCheckResult(LandResult? Refusal, string Note, DecisionManifest Decisions)
{
    /// <summary>Creates the result of a check that found no problem.</summary>
    public static LandingCheckResult Clear(RunFiles files) => new(null, "", files.Decisions!);
}

/// <summary>
/// Audits packages for known vulnerabilities before a landing, if the run changed packages. Existing vulnerabilities are only listed, and
/// new ones require a user's decision. If an audit tool fails, the failure is reported and never counts as passed.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class AuditCheck(GitRepository repository, RunFiles files, RunServices services)
{
    private const int MostNamed = 5;
    private const int MostSubjects = 20;

    /// <summary>Audits the packages in the commit to land.</summary>
    /// <param name="input">The run and its target.</param>
    /// <param name="from">Merge base of the target and the commit to land.</param>
    /// <param name="tip">The commit to land.</param>
    /// <param name="asking">Id of this landing attempt. A repeated attempt has the same id.</param>
    /// <param name="stop">Stops the running tool.</param>
    public async Task<LandingCheckResult> CheckAsync(LandInput input, string from, string tip, string asking, CancellationToken stop)
    {
        if (!Enum.TryParse<AuditSeverity>(files.Settings.Audit, ignoreCase: true, out var least))
        {
            return LandingCheckResult.Clear(files);
        }
        var changed = (await new Diffs(repository).BetweenAsync(from, tip, stop)).Select(change => change.Path).ToList();
        var tools = AuditTool.All.Where(tool => changed.Exists(tool.IsAbout)).ToList();
        if (tools.Count == 0)
        {
            // An earlier result concerns packages that are no longer changed.
            File.Delete(files.Folder.AuditJson);
            File.Delete(files.Folder.Audit);
            return LandingCheckResult.Clear(files) with { Decisions = files.Decisions!.Without(NameIn(files.Folder)) };
        }
        var before = files.Decisions!.TryRead(files.Folder, NameIn(files.Folder)) is { } told
            ? JsonSerializer.Deserialize<StoredAudit>(told, MessageJson.Options)
            : null;
        var audit = await AskAsync(tools, changed, from, tip, least, stop);
        audit = audit with { Standing = (before?.Standing ?? new()).Judge(audit.Standing.InTheWay, tip, asking, input.IsAskedFor) };
        var decisions = Write(files, audit);
        return audit.Standing.InTheWay.Count > 0
            ? new LandingCheckResult(Refusal(input, audit.Standing.InTheWay), "", decisions)
            : new LandingCheckResult(null, $"Packages: {Describe(audit)}.", decisions);
    }

    /// <summary>Returns the report's line about the audit, or null if the run changed no packages.</summary>
    public static string? Summary(RunFolder folder) =>
        TryRead(folder) is { } audit ? $"packages: {Describe(audit)} ({folder.Relative(folder.Audit)})" : null;

    private async Task<StoredAudit> AskAsync(
        IReadOnlyList<AuditTool> tools,
        IReadOnlyList<string> changed,
        string from,
        string tip,
        AuditSeverity least,
        CancellationToken stop
    )
    {
        var (subjects, missing) = await SubjectsAsync(tools, changed, tip, stop);
        var now = await AskAsync(subjects, tip, stop);
        IReadOnlyList<(AuditedFile Subject, AuditResult Answer)> then = [];
        if (now.Any(asked => asked.Answer.Found.Count > 0))
        {
            var (old, _) = await SubjectsAsync(tools, changed, from, stop);
            then = await AskAsync(old, from, stop);
        }
        var known = then.SelectMany(asked => Findings(asked.Subject, asked.Answer)).Select(finding => finding.Key).ToHashSet();
        var found = now.SelectMany(asked => Findings(asked.Subject, asked.Answer)).DistinctBy(finding => finding.Key).ToList();
        var fresh = found.Where(finding => !known.Contains(finding.Key)).ToList();
        return new StoredAudit
        {
            Standing = new() { InTheWay = [.. fresh.Where(finding => finding.Vulnerability.Severity >= least)] },
            Lesser = [.. fresh.Where(finding => finding.Vulnerability.Severity < least)],
            Old = [.. found.Where(finding => known.Contains(finding.Key))],
            Audited = [.. now.Where(asked => asked.Answer.Unanswered is null).Select(asked => asked.Subject.ToString())],
            NotAudited =
            [
                .. missing,
                .. now.Where(asked => asked.Answer.Unanswered is not null).Select(asked => $"{asked.Subject}: {asked.Answer.Unanswered}"),
                .. now.Where(asked => asked.Answer.Left.Length > 0).Select(asked => $"{asked.Subject}: {asked.Answer.Left}"),
                .. then.Where(asked => asked.Answer.Unanswered is not null)
                    .Select(asked =>
                        $"{asked.Subject} at the base, so its vulnerabilities may be older than the run: " + $"{asked.Answer.Unanswered}"
                    ),
            ],
        };
    }

    /// <summary>
    /// Finds the files that each tool audits, and the reasons why other files can't be audited. The files are taken from the commit to
    /// land, because the run may have added or removed manifests.
    /// </summary>
    private async Task<(IReadOnlyList<AuditedFile> Subjects, IReadOnlyList<string> Missing)> SubjectsAsync(
        IReadOnlyList<AuditTool> tools,
        IReadOnlyList<string> changed,
        string commit,
        CancellationToken stop
    )
    {
        var tree = (await new CommitStore(repository).ListFilesAsync(commit, stop))
            .Where(file => file.Mode is "100644" or "100755")
            .Select(file => file.Path)
            .Where(path => tools.Any(tool => tool.IsAbout(path)))
            .ToHashSet(StringComparer.Ordinal);
        var audit = new PackageAudit(services.Environment, services.Time);
        var (subjects, missing) = (new List<AuditedFile>(), new List<string>());
        foreach (var tool in tools)
        {
            var about = changed.Where(tool.IsAbout).ToList();
            var found = about.Select(path => tool.SubjectOf(path, tree)).OfType<string>().Distinct().ToList();
            if (found.Count == 0 && about.Exists(tree.Contains))
            {
                missing.Add($"{FileNameEncoding.List(about, 2)}: {tool.Name} needs {tool.Wants}, which does not exist");
            }
            else if (found.Count > 0 && audit.Find(tool) is null)
            {
                missing.Add($"{FileNameEncoding.List(found, 2)}: {tool.Program} is not in PATH");
            }
            else if (found.Count > 0 && changed.FirstOrDefault(tool.IsSetBy) is { } set)
            {
                missing.Add(
                    $"{FileNameEncoding.List(found, 2)}: the run changes {FileNameEncoding.Show(set)}, which decides where {tool.Name} "
                        + "looks up packages"
                );
            }
            else
            {
                subjects.AddRange(found.Take(MostSubjects).Select(file => new AuditedFile(tool, file)));
                missing.AddRange(
                    found.Count > MostSubjects ? [$"{FileNameEncoding.List([.. found.Skip(MostSubjects)])}: too many for one audit"] : []
                );
            }
        }
        return (subjects, missing);
    }

    private async Task<IReadOnlyList<(AuditedFile Subject, AuditResult Answer)>> AskAsync(
        IReadOnlyList<AuditedFile> subjects,
        string commit,
        CancellationToken stop
    )
    {
        if (subjects.Count == 0)
        {
            return [];
        }
        await using var place = await new VerificationTrees(repository, services.Environment).AcquireTreeAsync(commit, isMerge: true, stop);
        var environment = StepEnvironment.Of(
            services.Environment,
            place.Resources,
            files.Settings,
            files.Folder.Repository,
            SandboxRole.SetUp
        );
        var sandbox = await StepSandbox.OfTreeAsync(
            files.Settings,
            place.Worktree,
            place.Resources,
            StepSandbox.PurposeOf(SandboxRole.Gate, files.Folder, ""),
            services,
            stop
        );
        var audit = new PackageAudit(environment, services.Time, sandbox);
        var answers = new List<(AuditedFile, AuditResult)>();
        foreach (var subject in subjects)
        {
            answers.Add((subject, await audit.AskAsync(subject.Tool, place.Worktree.Path, subject.File, stop)));
        }
        return answers;
    }

    private static IEnumerable<AuditFinding> Findings(AuditedFile subject, AuditResult answer) =>
        answer.Found.Select(vulnerability => new AuditFinding(vulnerability, subject.File));

    private LandResult Refusal(LandInput input, IReadOnlyList<AuditFinding> found) =>
        new()
        {
            Evidence = files.Folder.Relative(files.Folder.Audit),
            Message =
                $"Nothing was landed, because the work adds packages with known vulnerabilities: {ListFirst(found)}. Use other versions on "
                + $"{input.Staging} ({new StagingRepair(repository, input.RunId, input.Staging).Edit}), or set security.audit; then: "
                + $"{RunLanding.Command(input)}. The same command without a new commit lands the work unchanged, which the report records.",
        };

    private static string Describe(StoredAudit audit)
    {
        var standing = audit.Standing;
        string[] said =
        [
            audit.Audited.Count == 0 ? "" : $"audited: {FileNameEncoding.List(audit.Audited, MostNamed)}",
            standing.InTheWay.Count == 0 ? "" : $"known vulnerabilities that prevent landing: {ListFirst(standing.InTheWay)}",
            standing.Allowed.Count == 0 ? "" : $"known vulnerabilities that a user accepted: {ListFirst(standing.Allowed)}",
            audit.Lesser.Count == 0 ? "" : $"new but less severe: {ListFirst(audit.Lesser)}",
            audit.Old.Count == 0 ? "" : $"older than the run: {ListFirst(audit.Old)}",
            audit is { Audited.Count: > 0, Lesser.Count: 0, Old.Count: 0, Standing: { InTheWay.Count: 0, Allowed.Count: 0 } }
                ? "no vulnerability is known"
                : "",
            audit.NotAudited.Count == 0 ? "" : $"not audited: {Reasons(audit.NotAudited)}",
        ];
        return string.Join("; ", said.Where(part => part.Length > 0));
    }

    private static string ListFirst(IReadOnlyList<AuditFinding> found) =>
        FileNameEncoding.List([.. found.Select(finding => finding.ToString())], MostNamed);

    // The reasons are joined by semicolons, because a reason may contain commas.
    private static string Reasons(IReadOnlyList<string> reasons) =>
        string.Join("; ", reasons.Take(MostNamed).Select(reason => FileNameEncoding.Show(reason, 400)))
        + (reasons.Count > MostNamed ? $"; and {reasons.Count - MostNamed} more" : "");

    // The result is only for a report, so a damaged file counts as missing.
    private static StoredAudit? TryRead(RunFolder folder) =>
        StoredJson.TryRead(folder.AuditJson, MessageJson.Options.TypeOf<StoredAudit>());

    private static string NameIn(RunFolder folder) => RunFiles.Named(folder, folder.AuditJson);

    private static DecisionManifest Write(RunFiles files, StoredAudit audit)
    {
        var folder = files.Folder;
        var text = new MarkdownText().Append(
            $"Known vulnerabilities of packages in the work to land (at {CommitIdFormatter.Shorten(audit.Standing.Commit)}):\n"
        );
        Append("prevents landing", audit.Standing.InTheWay);
        Append("accepted by a user", audit.Standing.Allowed);
        Append("new, less severe", audit.Lesser);
        Append("older than the run", audit.Old);
        text.Append(audit.Audited.Select(subject => MarkdownText.Of($"- audited: {FileNameEncoding.Show(subject, 400)}\n")));
        text.Append(audit.NotAudited.Select(reason => MarkdownText.Of($"- not audited: {FileNameEncoding.Show(reason, 1000)}\n")));
        DurableFile.Write(folder.Audit, text.ToString());
        return files.Decisions!.With(folder, NameIn(folder), JsonSerializer.SerializeToUtf8Bytes(audit, MessageJson.Options));

        void Append(string standing, IReadOnlyList<AuditFinding> found) =>
            text.Append(found.Select(finding => MarkdownText.Of($"- {standing}: {finding} ({FileNameEncoding.Show(finding.File)})\n")));
    }

    /// <summary>A file and the tool that audits it.</summary>
    private sealed record AuditedFile(AuditTool Tool, string File)
    {
        public override string ToString() => $"{FileNameEncoding.Show(File)} by {Tool.Name}";
    }
}
