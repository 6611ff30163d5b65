using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Transfers the content of Git LFS files that a confined agent adds. In place of <c>.git/lfs</c>, the agent sees a private folder, and
/// existing content is visible through the repository's alternates. The SHA-256 in an object's name is verified before the object is
/// stored, and existing objects are never replaced.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="folder">Absolute path of a folder that belongs only to this agent run.</param>
internal sealed partial class SandboxLfsFileImporter(GitRepository repository, string folder)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private string Shared => GitLfsFileReader.FolderOf(repository);

    private string Own => Path.Combine(folder, "lfs");

    /// <summary>Creates the agent's private Git LFS folders if the repository uses Git LFS or git is configured for it.</summary>
    public void Prepare()
    {
        if (Directory.Exists(Shared) || GitLfsFileReader.AreSetUp(repository))
        {
            OrchestratorFolderCreator.Ensure(Path.Combine(Shared, "objects"));
            OrchestratorFolderCreator.Ensure(Own);
        }
    }

    /// <summary>Returns the folders that replace the repository's own Git LFS folders in the sandbox.</summary>
    /// <param name="reference">Path in the sandbox at which the repository's large files are mounted. Git LFS searches beside the object
    /// folders in git's alternates.</param>
    public IEnumerable<SandboxBindMount> Substitutes(string reference) =>
        Directory.Exists(Own) ? [new(reference, Shared, IsWritable: false), new(Shared, Own, IsWritable: true)] : [];

    /// <summary>Transfers the Git LFS files that the agent added since the last call.</summary>
    /// <param name="stop">Checked between the files.</param>
    /// <returns>Sentence about content that could not be transferred, or empty on success.</returns>
    public string ImportLargeFiles(CancellationToken stop)
    {
        List<string> wrong = [];
        foreach (var path in Objects())
        {
            stop.ThrowIfCancellationRequested();
            var id = Path.GetFileName(path);
            if (!_known.Contains(id) && !TryTakeOver(path, Path.Combine(Shared, "objects", id[..2], id[2..4], id)))
            {
                wrong.Add(id);
            }
            _known.Add(id);
        }
        return wrong.Count == 0
            ? ""
            : "Dropped files in the agent's .git/lfs whose contents do not match the hashes in their names: "
                + $"{FileNameEncoding.List(wrong)}.";
    }

    /// <summary>Lists files whose folder and name indicate that they are Git LFS objects. Links are excluded.</summary>
    private IEnumerable<string> Objects() =>
        from first in FoldersOf(Path.Combine(Own, "objects"))
        from second in FoldersOf(first)
        from file in Directory.EnumerateFiles(second)
        where IdPattern().IsMatch(Path.GetFileName(file)) && file.EndsWith(Expected(file), StringComparison.Ordinal)
        select file;

    private static string Expected(string file) => Path.GetFileName(file) is var id ? $"/{id[..2]}/{id[2..4]}/{id}" : "";

    private static IEnumerable<string> FoldersOf(string folder) =>
        new DirectoryInfo(folder) is { Exists: true, LinkTarget: null } found
            ? found.EnumerateDirectories().Where(entry => entry.LinkTarget is null).Select(entry => entry.FullName)
            : [];

    private static bool TryTakeOver(string from, string to)
    {
        if (File.Exists(to))
        {
            return true;
        }
        using var source = RegularFileReader.TryOpen(from);
        // Hashed twice: before the copy, so that a mislabeled file can't fill the disk, and during it, so that exactly the verified
        // content is
        // written.
        if (source is null || HashOf(source, Stream.Null) != Path.GetFileName(from))
        {
            return false;
        }
        source.Position = 0;
        try
        {
            DurableFile.Write(
                to,
                target =>
                {
                    if (HashOf(source, target) != Path.GetFileName(from))
                    {
                        throw new InvalidDataException();
                    }
                }
            );
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static string HashOf(Stream source, Stream target)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var part = new byte[128 * 1024];
        for (var left = source.Length; left > 0 && source.Read(part) is > 0 and var count; left -= count)
        {
            hash.AppendData(part, 0, count);
            target.Write(part, 0, count);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [GeneratedRegex("^[0-9a-f]{64}$", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
