using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>Reads the contents of many files in one git call.</summary>
internal sealed class BlobReader(GitRepository repository)
{
    /// <summary>Returns the contents of blobs by blob id, or an empty dictionary if the blobs have more than <paramref name="limit"/> bytes
    /// in total.</summary>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(
        IReadOnlyCollection<string> ids,
        CancellationToken cancellationToken,
        int limit = GitCommitReaderAndWriter.LargestFile
    )
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (ids.Count == 0)
        {
            return contents;
        }
        var output = await repository.ReadAsync(
            repository.Call("cat-file", "--batch") with
            {
                Input = ProcessStandardInput.FromText(string.Concat(ids.Select(id => id + "\n"))),
                OutputLimit = limit,
                MayBeCut = true,
            },
            cancellationToken
        );
        var rest = output.IsCut ? default : output.Bytes; // Truncated output has a gap in the middle and can't be parsed.
        while (rest.Span.IndexOf((byte)'\n') is var end and > 0)
        {
            // Format per object: "ID blob SIZE", newline, content, newline; or "ID missing".
            var facts = Encoding.ASCII.GetString(rest.Span[..end]).Split(' ');
            rest = rest[(end + 1)..];
            if (facts is not [var id, "blob", var size])
            {
                continue;
            }
            var length = int.Parse(size, CultureInfo.InvariantCulture);
            contents[id] = rest[..length].ToArray();
            rest = rest[Math.Min(length + 1, rest.Length)..];
        }
        return contents;
    }
}
