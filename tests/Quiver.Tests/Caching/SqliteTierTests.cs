using Quiver.Storage;

namespace Quiver.Tests.Caching;

public sealed class SqliteTierTests() : DatabaseTierConformance(SqlEngine.Sqlite);
