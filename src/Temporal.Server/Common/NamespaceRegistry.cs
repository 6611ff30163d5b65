using System.Collections.Concurrent;

namespace Temporal.Server.Common;

/// <summary>The properties of a namespace that other server components need.</summary>
/// <param name="Id">UUID by which rows and tokens refer to the namespace.</param>
/// <param name="Retention">Retention of closed runs.</param>
/// <param name="BadBinaries">Checksums of worker binaries that were marked as bad.</param>
internal sealed record TemporalNamespace(string Id, string Name, TimeSpan Retention, IReadOnlySet<string> BadBinaries)
{
    /// <summary>Maximum blob size in bytes. The registry sets this value in each of its entries.</summary>
    public int BlobSizeLimit { get; init; } = TemporalServerOptions.UsualBlobSizeLimit;
}

/// <summary>
/// In-memory registry of the existing namespaces. Code that changes a namespace must store the change itself, and then call
/// <see cref="Set"/> or <see cref="Remove"/>.
/// </summary>
internal sealed class NamespaceRegistry
{
    /// <summary>The namespace that always exists. Its id is the same in the database file of every embedded Temporal server.</summary>
    public static TemporalNamespace Default { get; } =
        new("32049b68-7872-4094-8e63-d0dd59896a83", "default", TimeSpan.FromDays(1), new HashSet<string>());

    private readonly ConcurrentDictionary<string, TemporalNamespace> _byName = new();
    private readonly ConcurrentDictionary<string, TemporalNamespace> _byId = new();

    public NamespaceRegistry(int blobSizeLimit)
    {
        BlobSizeLimit = blobSizeLimit;
        Set(Default);
    }

    /// <summary>Maximum blob size of every namespace, in bytes.</summary>
    public int BlobSizeLimit { get; }

    /// <summary>Returns the namespace that a request names.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT for an empty name; NOT_FOUND with the namespace detail for an unknown
    /// name.</exception>
    public TemporalNamespace Resolve(string name) =>
        name.Length == 0 ? throw GrpcErrorFactory.InvalidArgument("Namespace is empty.")
        : _byName.TryGetValue(name, out var entry) ? entry
        : throw GrpcErrorFactory.NamespaceNotFound(name);

    public TemporalNamespace? Find(string name) => _byName.GetValueOrDefault(name);

    public TemporalNamespace? FindById(string id) => _byId.GetValueOrDefault(id);

    public IReadOnlyCollection<TemporalNamespace> All => [.. _byId.Values];

    public void Set(TemporalNamespace entry)
    {
        entry = entry with { BlobSizeLimit = BlobSizeLimit };
        if (_byId.TryGetValue(entry.Id, out var old) && old.Name != entry.Name)
        {
            _byName.TryRemove(old.Name, out _);
        }

        _byId[entry.Id] = entry;
        _byName[entry.Name] = entry;
    }

    public void Remove(TemporalNamespace entry)
    {
        _byId.TryRemove(entry.Id, out _);
        _byName.TryRemove(entry.Name, out _);
    }
}
