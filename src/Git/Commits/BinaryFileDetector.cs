using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>Detects binary files by their content, because agents can change the attributes that declare files as binary.</summary>
internal sealed class BinaryFileDetector(GitRepository repository)
{
    private const int LargestBatch = 32 * 1024 * 1024;
    private const int Peek = 64 * 1024;

    /// <summary>Returns the changed files that contain a NUL byte in their old or new version. For very large files, only the start and the
    /// end are checked.</summary>
    public async Task<IReadOnlyList<ChangedFile>> FindAsync(IReadOnlyList<ChangedFile> changed, CancellationToken cancellationToken)
    {
        var sizes = await SizesAsync([.. changed.Where(IsFile).SelectMany(Ids)], cancellationToken);
        var binary = new HashSet<string>(StringComparer.Ordinal);
        var (batch, size) = (new List<string>(), 0L);
        foreach (var (id, length) in sizes)
        {
            if (length > LargestBatch)
            {
                var ends = repository.Call("cat-file", "blob", id) with { OutputLimit = Peek, MayBeCut = true };
                Look(id, (await repository.ReadAsync(ends, cancellationToken)).Bytes.Span);
                continue;
            }
            if (size + length > LargestBatch)
            {
                await LookAsync();
            }
            batch.Add(id);
            size += length;
        }
        await LookAsync();
        return [.. changed.Where(file => IsFile(file) && Ids(file).Any(binary.Contains))];

        async Task LookAsync()
        {
            foreach (var (id, content) in await new BlobReader(repository).ReadAsync(batch, cancellationToken, 2 * LargestBatch))
            {
                Look(id, content);
            }
            (batch, size) = ([], 0);
        }

        void Look(string id, ReadOnlySpan<byte> content)
        {
            if (content.Contains((byte)0))
            {
                binary.Add(id);
            }
        }
    }

    /// <summary>Returns the size in bytes of each blob, by blob id. Missing blobs are omitted.</summary>
    public async Task<IReadOnlyDictionary<string, long>> SizesAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var there = ids.Where(id => id.AsSpan().ContainsAnyExcept('0')).Distinct(StringComparer.Ordinal).ToList();
        if (there.Count == 0)
        {
            return new Dictionary<string, long>();
        }
        var output = await repository.ReadAsync(
            repository.Call("cat-file", "--batch-check=%(objectname) %(objectsize)") with
            {
                Input = ProcessStandardInput.FromText(string.Concat(there.Select(id => id + "\n"))),
            },
            cancellationToken
        );
        return output
            .Lines.Select(line => line.Split(' '))
            .Where(facts => facts is [_, not "missing"])
            .ToDictionary(facts => facts[0], facts => long.Parse(facts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private static bool IsFile(ChangedFile file) => file.NewMode != ChangedFile.Submodule && file.OldMode != ChangedFile.Submodule;

    private static IEnumerable<string> Ids(ChangedFile file) => [file.OldId, file.NewId];
}
