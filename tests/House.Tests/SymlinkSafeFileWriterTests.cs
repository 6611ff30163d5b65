using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// Code that writes to a run's folder uses SymlinkSafeFileWriter, DurableFile or LogFile, because agents and gates may write there too.
/// These types follow no link: a link in place of a log once moved branches and destroyed histories.
/// </summary>
public sealed partial class SymlinkSafeFileWriterTests
{
    private static readonly string[] Guarded = ["src/App", "src/Runs", "src/Gates", "src/Agents", "src/Processes", "src/Network"];

    /// <summary>A user's files, written by a command of theirs; new ones only, by FileMode.CreateNew.</summary>
    private static readonly string[] Allowed = ["src/App/Setup/RepositoryInitializer.cs", "src/Runs/Backlogs/BacklogStore.cs"];

    [Fact]
    public void FilesOfOurs_AreWrittenThroughNoLink()
    {
        var files = Guarded
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(RepositoryFiles.Root, file))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .ToList();

        Assert.Contains("src/Runs/Files/RunFolder.cs", files);
        Assert.Equal(
            Allowed,
            files.Where(file => Writes().IsMatch(File.ReadAllText(Path.Combine(RepositoryFiles.Root, file)))).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("File.WriteAllText(path, text);", true)]
    [InlineData("await System.IO.File.AppendAllLinesAsync(path, lines);", true)]
    [InlineData("File.Copy(from, to);", true)]
    [InlineData("new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write)", true)]
    [InlineData("new FileStream(path, FileMode.CreateNew, FileAccess.Write)", false)]
    [InlineData("new FileStream(path, FileMode.Open, FileAccess.Read)", false)]
    [InlineData("SymlinkSafeFileWriter.Write(path, text); DurableFile.Write(path, text);", false)]
    public void Writes_KnowsTheWaysToWrite(string code, bool isOne) => Assert.Equal(isOne, Writes().IsMatch(code));

    [GeneratedRegex(
        """(?<![\w])File\.(WriteAll\w+|AppendAll\w+|AppendText|CreateText|Create|OpenWrite|OpenHandle|Copy)\("""
            + """|FileMode\.(Create|OpenOrCreate|Append|Truncate)\b|new StreamWriter\("""
    )]
    private static partial Regex Writes();
}
