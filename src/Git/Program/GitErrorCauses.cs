using System.Text.RegularExpressions;

namespace Orchestrator.Git.Program;

/// <summary>Maps error texts of git to causes that users can fix.</summary>
public static partial class GitErrorCauses
{
    /// <summary>
    /// Returns one sentence that states the cause and one that states the fix, or null if the error message is not recognized.
    /// </summary>
    /// <param name="errorOutput">Standard error output of git.</param>
    public static (string Cause, string Cure)? Find(string errorOutput)
    {
        if (errorOutput.Contains("git-crypt: Error", StringComparison.Ordinal))
        {
            return (
                "Files are encrypted by git-crypt, but the repository is locked here.",
                "Unlock the repository with 'git-crypt unlock' or 'git-crypt unlock KEYFILE'."
            );
        }
        if (FailedFilter().Match(errorOutput) is { Success: true } filter)
        {
            var name = filter.Groups[1].Success ? filter.Groups[1].Value : filter.Groups[2].Value;
            return name == "lfs"
                ? (
                    "Git LFS can't read or store a file.",
                    "Run 'git lfs status' in the repository; if a file is missing, run 'git lfs install && git lfs pull'."
                )
                : (
                    $"The filter '{name}' in .gitattributes fails.",
                    $"Fix its program (git config --get-regexp 'filter.{name}'), so that 'git status' works in the repository."
                );
        }
        return UsedBranch().IsMatch(errorOutput)
                ? (
                    "A branch of the run is checked out in another worktree.",
                    "Find this worktree ('git worktree list'), and switch it to another branch."
                )
            : errorOutput.Contains("detected dubious ownership", StringComparison.Ordinal)
                ? (
                    "The repository belongs to another user.",
                    "Run the command as that user, or use 'git config --global --add safe.directory FOLDER'."
                )
            : MissingObject().IsMatch(errorOutput)
                ? ("The repository is damaged or incomplete.", "Run 'git fsck', and fetch missing objects ('git fetch --refetch').")
            : null;
    }

    [GeneratedRegex(@"(?:smudge|clean) filter (?:'([^']+)'|(\S+)) failed", RegexOptions.CultureInvariant)]
    private static partial Regex FailedFilter();

    [GeneratedRegex(@"is already (?:checked out at|used by worktree)", RegexOptions.CultureInvariant)]
    private static partial Regex UsedBranch();

    [GeneratedRegex(
        @"unable to read (?:sha1 file|tree|blob)|missing blob|object file \S+ is empty|could not fetch \S+ from promisor",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex MissingObject();
}
