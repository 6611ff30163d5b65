using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Namespace.V1;

namespace Temporal.Server.Operator;

/// <summary>The full records of all namespaces. Keeps <see cref="NamespaceRegistry"/> and the database consistent.</summary>
internal sealed class NamespaceStore(EngineDatabase database, NamespaceRegistry registry)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredNamespace> _byId = [];

    /// <summary>Namespaces that exist without registration.</summary>
    private static IEnumerable<StoredNamespace> BuiltIn(TimeSpan defaultRetention) =>
        [
            new(
                new NamespaceInfo
                {
                    Id = NamespaceRegistry.Default.Id,
                    Name = NamespaceRegistry.Default.Name,
                    State = NamespaceState.Registered,
                },
                defaultRetention
            ),
            new(
                new NamespaceInfo
                {
                    Id = "5f2d7a0e-6f4f-4c6e-9d21-0f2b7e1c4a10",
                    Name = "temporal-system",
                    State = NamespaceState.Registered,
                    Description = "Temporal internal system namespace",
                    OwnerEmail = "temporal-core@temporal.io",
                },
                TimeSpan.FromDays(7)
            ),
        ];

    /// <summary>All namespaces, ordered by id.</summary>
    public IReadOnlyList<StoredNamespace> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _byId.Values.OrderBy(ns => ns.Info.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Loads the namespaces from the database.</summary>
    /// <param name="defaultRetention">Retention of closed runs in the namespace <c>default</c>, unless the database contains another
    /// value.</param>
    public void Load(TimeSpan defaultRetention)
    {
        foreach (var ns in BuiltIn(defaultRetention).Concat(database.Read(NamespaceSqlTable.Load)))
        {
            CacheNamespace(ns);
        }
    }

    /// <summary>Finds a namespace by name, or returns null if it does not exist.</summary>
    public StoredNamespace? FindByName(string name) => registry.Find(name) is { } entry ? FindById(entry.Id) : null;

    /// <summary>Finds a namespace by id, or returns null if it does not exist.</summary>
    public StoredNamespace? FindById(string id)
    {
        lock (_lock)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>Adds a namespace. Returns false if its name is in use.</summary>
    public async Task<bool> TryAddAsync(StoredNamespace ns)
    {
        lock (_lock)
        {
            if (registry.Find(ns.Info.Name) is not null)
            {
                return false;
            }

            CacheNamespace(ns);
        }

        try
        {
            await database.WriteAsync(db => NamespaceSqlTable.Write(db, ns));
            return true;
        }
        catch
        {
            RemoveNamespace(ns.Info.Id);
            throw;
        }
    }

    /// <summary>Applies a change to the latest record of a namespace.</summary>
    public async Task<StoredNamespace> ChangeAsync(string id, Func<StoredNamespace, StoredNamespace> change)
    {
        StoredNamespace before;
        StoredNamespace after;
        lock (_lock)
        {
            before = _byId[id];
            after = change(before);
            CacheNamespace(after);
        }

        try
        {
            await database.WriteAsync(db => NamespaceSqlTable.Write(db, after));
            return after;
        }
        catch
        {
            CacheNamespace(before);
            throw;
        }
    }

    /// <summary>Removes a namespace permanently, including its rows in the visibility and search attribute tables.</summary>
    public async Task RemoveAsync(string id)
    {
        await database.WriteAsync(db =>
        {
            VisibilitySqlTables.DeleteNamespace(db, id);
            SearchAttributeSqlTable.RemoveAll(db, id);
            NamespaceSqlTable.Delete(db, id);
        });
        RemoveNamespace(id);
    }

    private void CacheNamespace(StoredNamespace ns)
    {
        lock (_lock)
        {
            _byId[ns.Info.Id] = ns;
            registry.Set(new TemporalNamespace(ns.Info.Id, ns.Info.Name, ns.Retention, ns.BadBinaries.Binaries.Keys.ToHashSet()));
        }
    }

    private void RemoveNamespace(string id)
    {
        lock (_lock)
        {
            _byId.Remove(id);
            if (registry.FindById(id) is { } entry)
            {
                registry.Remove(entry);
            }
        }
    }
}
