using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Namespace.V1;

namespace Temporal.Server.Operator;

/// <summary>All that is known of each namespace; keeps <see cref="NamespaceRegistry"/> and the database in step.</summary>
internal sealed class NamespaceDirectory(Database database, NamespaceRegistry registry)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredNamespace> _byId = [];

    /// <summary>The namespaces that exist without being registered.</summary>
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

    /// <summary>Loads what the database holds.</summary>
    /// <param name="defaultRetention">How long the namespace <c>default</c> keeps closed runs when nothing else is written down.</param>
    public void Load(TimeSpan defaultRetention)
    {
        foreach (var ns in BuiltIn(defaultRetention).Concat(database.Read(NamespaceTable.Load)))
        {
            Remember(ns);
        }
    }

    /// <summary>The namespace of a name; null when there is none.</summary>
    public StoredNamespace? FindByName(string name) => registry.Find(name) is { } entry ? FindById(entry.Id) : null;

    /// <summary>The namespace of an id; null when there is none.</summary>
    public StoredNamespace? FindById(string id)
    {
        lock (_lock)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>Adds a namespace unless its name is taken; false then.</summary>
    public async Task<bool> TryAddAsync(StoredNamespace ns)
    {
        lock (_lock)
        {
            if (registry.Find(ns.Info.Name) is not null)
            {
                return false;
            }

            Remember(ns);
        }

        try
        {
            await database.WriteAsync(db => NamespaceTable.Write(db, ns));
            return true;
        }
        catch
        {
            Forget(ns.Info.Id);
            throw;
        }
    }

    /// <summary>Changes a namespace as it is at that moment.</summary>
    public async Task<StoredNamespace> ChangeAsync(string id, Func<StoredNamespace, StoredNamespace> change)
    {
        StoredNamespace before;
        StoredNamespace after;
        lock (_lock)
        {
            before = _byId[id];
            after = change(before);
            Remember(after);
        }

        try
        {
            await database.WriteAsync(db => NamespaceTable.Write(db, after));
            return after;
        }
        catch
        {
            Remember(before);
            throw;
        }
    }

    /// <summary>Takes a namespace away for good, with its rows in the tables of lists and search attributes.</summary>
    public async Task RemoveAsync(string id)
    {
        await database.WriteAsync(db =>
        {
            VisibilityTables.DeleteNamespace(db, id);
            SearchAttributeTable.RemoveAll(db, id);
            NamespaceTable.Delete(db, id);
        });
        Forget(id);
    }

    private void Remember(StoredNamespace ns)
    {
        lock (_lock)
        {
            _byId[ns.Info.Id] = ns;
            registry.Set(new NamespaceEntry(ns.Info.Id, ns.Info.Name, ns.Retention, ns.BadBinaries.Binaries.Keys.ToHashSet()));
        }
    }

    private void Forget(string id)
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
