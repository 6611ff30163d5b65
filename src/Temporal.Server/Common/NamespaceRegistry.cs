using System.Collections.Concurrent;

namespace Temporal.Server.Common;

/// <summary>A namespace as the rest of the server needs it.</summary>
/// <param name="Id">A UUID; rows and tokens name the namespace by it.</param>
/// <param name="Retention">How long closed runs are kept.</param>
/// <param name="BadBinaries">Checksums of the binaries of workers that may not work any more.</param>
internal sealed record NamespaceEntry(string Id, string Name, TimeSpan Retention, IReadOnlySet<string> BadBinaries)
{
    /// <summary>The largest blob, in bytes; what the registry says, whatever an entry had before.</summary>
    public int BlobSizeLimit { get; init; } = TemporalServerOptions.UsualBlobSizeLimit;
}

/// <summary>
/// The namespaces that exist, in memory; whoever changes them writes them down and calls <see cref="Set"/> or <see cref="Remove"/>.
/// </summary>
internal sealed class NamespaceRegistry
{
    /// <summary>The namespace that always exists; its id is the same everywhere.</summary>
    public static NamespaceEntry Default { get; } =
        new("32049b68-7872-4094-8e63-d0dd59896a83", "default", TimeSpan.FromDays(1), new HashSet<string>());

    private readonly ConcurrentDictionary<string, NamespaceEntry> _byName = new();
    private readonly ConcurrentDictionary<string, NamespaceEntry> _byId = new();

    public NamespaceRegistry(int blobSizeLimit)
    {
        BlobSizeLimit = blobSizeLimit;
        Set(Default);
    }

    /// <summary>The largest blob of every namespace, in bytes.</summary>
    public int BlobSizeLimit { get; }

    /// <summary>The namespace of a request.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT without a name, NOT_FOUND with the namespace detail for an unknown
    /// one.</exception>
    public NamespaceEntry Resolve(string name) =>
        name.Length == 0 ? throw RpcErrors.InvalidArgument("Namespace is empty.")
        : _byName.TryGetValue(name, out var entry) ? entry
        : throw RpcErrors.NamespaceNotFound(name);

    public NamespaceEntry? Find(string name) => _byName.GetValueOrDefault(name);

    public NamespaceEntry? FindById(string id) => _byId.GetValueOrDefault(id);

    public IReadOnlyCollection<NamespaceEntry> All => [.. _byId.Values];

    public void Set(NamespaceEntry entry)
    {
        entry = entry with { BlobSizeLimit = BlobSizeLimit };
        if (_byId.TryGetValue(entry.Id, out var old) && old.Name != entry.Name)
        {
            _byName.TryRemove(old.Name, out _);
        }

        _byId[entry.Id] = entry;
        _byName[entry.Name] = entry;
    }

    public void Remove(NamespaceEntry entry)
    {
        _byId.TryRemove(entry.Id, out _);
        _byName.TryRemove(entry.Name, out _);
    }
}
