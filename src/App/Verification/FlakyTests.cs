using System.Globalization;
using System.Text;
using Orchestrator.App.Setup;
using Orchestrator.Gates.Results;
using Orchestrator.Git;
using Orchestrator.Plans.Readers.Quarantine;

namespace Orchestrator.App.Verification;

/// <summary>Flaky tests of a repository: tests that recently failed and then passed in gates, and tests in quarantine.</summary>
/// <param name="workTree">Root of the work tree that contains <see cref="TestQuarantine.FileName"/>.</param>
/// <param name="context">Provides the services of this machine.</param>
public sealed class FlakyTests(string workTree, UseCaseServiceBundle context)
{
    private readonly RunServiceBundle _services = context.Services;
    private const string Head =
        "# Tests in quarantine: their failures are only advisory until the given day (orchestrate flaky).\ntests:\n";

    private string Path => System.IO.Path.Combine(workTree, TestQuarantine.FileName);

    /// <summary>Returns the tests that were flaky in recent gate runs on this machine.</summary>
    public async Task<IReadOnlyList<FlakyTest>> ReadFlakyTestsAsync() =>
        new GateResultStore(_services.Environment, _services.Time).FlakyTests(await new GitRepositoryCache().OpenAsync(workTree));

    /// <summary>Reads the tests in quarantine, and returns them with all errors found in the quarantine file.</summary>
    public (TestQuarantine Quarantine, IReadOnlyList<PlanFault> Faults) Read() =>
        File.Exists(Path) ? TestQuarantineReader.Read(File.ReadAllText(Path)) : (TestQuarantine.None, []);

    /// <summary>Adds a test to the quarantine, replacing an entry with the same name.</summary>
    /// <param name="days">Number of days from today.</param>
    /// <returns>The entry, or null if the file must be changed manually.</returns>
    public QuarantinedTest? Add(string test, string owner, string reason, int days)
    {
        var entry = new QuarantinedTest(test, owner, reason, DateOnly.FromDateTime(_services.Time.GetUtcNow().UtcDateTime).AddDays(days));
        var text = File.Exists(Path) ? TestQuarantineReader.Without(File.ReadAllText(Path), test) : Head;
        var lines = new StringBuilder(text is null || text.EndsWith('\n') ? text : text + "\n")
            .Append(CultureInfo.InvariantCulture, $"  - test: {Quoted(entry.Test)}\n")
            .Append(CultureInfo.InvariantCulture, $"    owner: {Quoted(entry.Owner)}\n")
            .Append(CultureInfo.InvariantCulture, $"    reason: {Quoted(entry.Reason)}\n")
            .Append(CultureInfo.InvariantCulture, $"    until: {entry.Until:yyyy-MM-dd}\n");
        return text is not null && Write(lines.ToString(), [.. Others(test), entry]) ? entry : null;
    }

    /// <summary>Removes a test from the quarantine file. Returns false if the user must edit the file instead.</summary>
    /// <returns>True if the test was removed. False if the file must be changed manually.</returns>
    public bool Remove(string test) => TestQuarantineReader.Without(File.ReadAllText(Path), test) is { } text && Write(text, Others(test));

    private List<QuarantinedTest> Others(string test) => [.. Read().Quarantine.Tests.Where(one => one.Test != test)];

    // The new text is parsed before it is stored, to guarantee that no other entry changes.
    private bool Write(string text, IReadOnlyList<QuarantinedTest> meant)
    {
        var (quarantine, faults) = TestQuarantineReader.Read(text);
        if (faults.Any(fault => fault.Severity == FaultSeverity.Error) || !quarantine.Tests.SequenceEqual(meant))
        {
            return false;
        }
        var folder = System.IO.Path.GetDirectoryName(Path)!;
        IgnoreFile.Ensure(folder);
        IgnoreFile.Allow(folder, System.IO.Path.GetFileName(Path));
        SymlinkSafeFileWriter.Write(Path, text);
        return true;
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
